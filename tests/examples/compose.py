"""The file of examples/docker-compose: held by its schema and against its configuration file; broken
copies have to fail; and what each service's container would run is run, on the files that it would see,
against the stand-in. Usage: compose.py, with SMC_BUILD."""

import copy
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml
from scene import FILES_OF_A_SET, SECRET, TOKEN, Scene, Wrong, expect, read_yaml, run_all

FOLDER = pathlib.Path("examples/docker-compose")
SCHEMA = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
COMPOSE = read_yaml(FOLDER / "compose.yaml")
# What each container has to be.
SAFE = {"user": "65532:65532", "read_only": True, "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"], "restart": "no"}


def held(compose):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, "compose.yaml")
        path.write_text(yaml.safe_dump(compose))
        done = subprocess.run([*SCHEMA, str(path)], capture_output=True, text=True, check=False)
    expect(done.returncode == 0, done.stdout + done.stderr)


def mounts(compose, name):
    """({path in the container: file here}, {directory in the container: directory here})"""
    service = compose["services"][name]
    files = {}
    for one in service["configs"]:
        expect(one["source"] in compose["configs"], f"no such configuration: {one['source']}")
        files[one["target"]] = compose["configs"][one["source"]]["file"]
    for secret in service["secrets"]:
        expect(secret in compose["secrets"], f"no such secret: {secret}")
        expect(secret.startswith(f"{name}-"), f"{name} sees {secret}")
        files[f"/run/secrets/{secret}"] = compose["secrets"][secret]["file"]
    return files, {target: here for here, target in (v.split(":") for v in service["volumes"])}


def profile_of(compose, name):
    config = read_yaml(FOLDER / compose["configs"]["sigmacat"]["file"])
    variables = compose["services"][name]["environment"]
    expect(variables["SIGMACAT_PROFILE"] in config["profiles"], f"{name}: no such profile")
    profile = config["profiles"][variables["SIGMACAT_PROFILE"]]
    return {part: {**config["defaults"][part], **profile[part]} for part in ("sigma", "upload")}


def check(compose):
    seen = set()
    for name, service in compose["services"].items():
        for key, value in SAFE.items():
            expect(service.get(key) == value, f"{name}: {key} is not {value}")
        files, directories = mounts(compose, name)
        settings = profile_of(compose, name)
        expect(service["environment"]["SIGMACAT_CONFIG"] in files, f"{name}: no configuration file")
        for path in (settings["sigma"]["api_token_file"], settings["upload"]["token_file"]):
            expect(path in files, f"{name}: the secret {path} is not mounted")
        output = settings["sigma"]["output"]
        expect(output in directories and settings["sigma"]["keep"], f"{name}: {output} is lost, or grows")
        expect(directories[output] not in seen, f"{name}: shares its directory")
        seen.add(directories[output])
    config = read_yaml(FOLDER / "config.yaml")
    expect(set(config["profiles"]) == set(compose["services"]), "profiles without a service")


# where; what is put there (None: taken away); what refuses it
BROKEN = (
    ("services.acme.imagee", "x", held),
    ("services.acme.mem_limit", [], held),
    ("services.acme.restart", 3, held),
    ("services.acme.user", "0:0", check),
    ("services.acme.cap_drop", None, check),
    ("services.acme.volumes", ["./data/globex:/var/lib/sigmacat"], check),
    ("services.acme.volumes", ["./data/acme:/data"], check),
    ("services.acme.secrets", ["acme-api-token"], check),
    ("services.acme.secrets", ["acme-api-token", "globex-catalog-token"], check),
    ("services.acme.environment.SIGMACAT_PROFILE", "acne", check),
    ("secrets.globex-api-token", None, check),
)


def test_broken(where, value, refuse):
    compose = copy.deepcopy(COMPOSE)
    *way, last = where.split(".")
    place = compose
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    try:
        refuse(compose)
    except Wrong:
        return
    raise Wrong("a broken copy was accepted")


def test_run(name):
    settings = profile_of(COMPOSE, name)
    with Scene("--client-id", settings["sigma"]["client_id"]) as scene:
        def here(text):
            return re.sub(r"/(etc|run/secrets|var/lib)(?=/)", rf"{scene.root}/\1", text)

        files, directories = mounts(COMPOSE, name)
        for target, source in files.items():
            path = pathlib.Path(here(target))
            path.parent.mkdir(parents=True, exist_ok=True)
            texts = {settings["sigma"]["api_token_file"]: SECRET, settings["upload"]["token_file"]: TOKEN}
            path.write_text(texts.get(target) or here((FOLDER / source).read_text()))
            path.chmod(0o400)
        for target in directories:
            pathlib.Path(here(target)).mkdir(parents=True)
        service = COMPOSE["services"][name]
        variables = {n: here(text) for n, text in service["environment"].items()}
        done = subprocess.run(service["command"], env={**scene.variables(), **variables}, check=False,
                              capture_output=True, text=True, timeout=300, executable=f"{scene.root}/bin/extract-and-upload")
        expect(done.returncode == 0, f"ended with {done.returncode}: {done.stderr}")
        uploads = scene.uploads()
        expect(len(uploads) == FILES_OF_A_SET, f"{len(uploads)} uploads")
        expect(all(settings["upload"]["source_id"] in u["path"] for u in uploads), "another source")


run_all([("compose: schema", lambda: held(COMPOSE)), ("compose: together", lambda: check(COMPOSE))] +
        [(f"compose: broken: {row[0]}: {row[1]}", lambda row=row: test_broken(*row)) for row in BROKEN] +
        [(f"compose: run {name}", lambda name=name: test_run(name)) for name in COMPOSE["services"]])
