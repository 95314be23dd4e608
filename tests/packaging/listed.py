"""listed.py FILE VERSION PACKAGE...: a list in CycloneDX's form is one by its schema, and has sigmacat in
this version and the other packages, each with a version and a package URL."""
import json
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

path, version, *packages = sys.argv[1:]
text = open(path, encoding="utf-8").read()
document = json.loads(text)
error = JsonStrictValidator(SchemaVersion.from_version(document["specVersion"])).validate_str(text)
versions = {}
for component in document["components"]:
    purl = component.get("purl", "")
    if purl.startswith("pkg:deb/debian/") and "arch=source" not in purl:
        versions[component["name"]] = component["version"]
lacking = [name for name in packages if not versions.get(name)]
print(f"{len(versions)} packages, sigmacat {versions.get('sigmacat')}, lacking {lacking}, schema: {error}")
sys.exit(bool(error or lacking or versions.get("sigmacat") != version))
