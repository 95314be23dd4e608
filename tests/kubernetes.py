#!/usr/bin/env python3
"""kubernetes.py FOLDER BUILD_DIR: holds Kubernetes manifests against Kubernetes' own schemas, against
each other, and against the programs that they start.

Prints a line a test, as cmocka does. That the tests can fail is tested too: broken copies of the
manifests have to be refused, each for what is wrong with it."""
import copy
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

import kubernetes_validate
import yaml

# The oldest where every field in use works (backoffLimitPerIndex), the newest of the validator.
VERSIONS = ("1.29", kubernetes_validate.latest_version())
FAILURES = [2, 3, 5, 6, 7]
FILES_OF_A_SET = 12
PROGRAMS = ("castor-extract-sigma", "castor-upload")
POD_SECURITY = {
    ("securityContext", "runAsNonRoot"): True,
    ("securityContext", "seccompProfile", "type"): "RuntimeDefault",
    ("automountServiceAccountToken",): False,
    ("restartPolicy",): "Never",
    ("containers", 0, "securityContext", "allowPrivilegeEscalation"): False,
    ("containers", 0, "securityContext", "readOnlyRootFilesystem"): True,
    ("containers", 0, "securityContext", "capabilities", "drop"): ["ALL"],
}


class Refused(Exception):
    """A manifest is wrong; the text says how."""


def expect(holds, text):
    if not holds:
        raise Refused(text)


# ---- reading ----


class Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, as the API server does."""


def mapping(loader, node):
    keys = [key.value for key, _ in node.value]
    for key in keys:
        expect(keys.count(key) == 1, f"the key {key} stands twice")
    return loader.construct_mapping(node, deep=True)


Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)


def read(text):
    return list(yaml.load_all(text, Loader=Loader))


def get(value, path):
    """What is at a path of keys and indices; None when there is nothing."""
    for step in path:
        if isinstance(value, list):
            value = value[step] if step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def find(objects, kind, name):
    found = [o for o in objects if o["kind"] == kind and o["metadata"]["name"] == name]
    expect(len(found) == 1, f"{len(found)} of {kind} {name}")
    return found[0]


# ---- the schemas ----


def validate(objects):
    for item in objects:
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(item, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                where = ".".join(map(str, error.path))
                raise Refused(f"{item['kind']} {version} {where}: {error.message}") from None
            except kubernetes_validate.SchemaNotFoundError as error:
                raise Refused(error.message) from None


# ---- each other ----


class Run:
    """One run of one profile, as a pod would make it."""

    def __init__(self, name, pod, index=None):
        self.name = name
        self.pod = pod
        self.container = pod["containers"][0]
        self.index = index
        variables = {v["name"]: v["value"] for v in self.container.get("env", [])}
        self.profile = variables.get("SIGMACAT_PROFILE")
        if index is not None:
            expect(index < len(self.container["args"]), f"{name}: no profile for index {index}")
            self.profile = self.container["args"][index]
        self.variables = variables


def runs_of(objects):
    runs = []
    for item in objects:
        name = item["metadata"]["name"]
        if item["kind"] == "CronJob":
            expect(item["spec"]["concurrencyPolicy"] == "Forbid", f"{name}: runs overlap")
            job = item["spec"]["jobTemplate"]["spec"]
            runs.append(Run(name, job["template"]["spec"]))
        elif item["kind"] == "Job":
            job = item["spec"]
            pod = job["template"]["spec"]
            count = len(pod["containers"][0]["args"])
            expect(job["completions"] == count, f"{name}: {count} profiles are not `completions`")
            runs += [Run(f"{name}-{i}", pod, i) for i in range(job["completions"])]
        else:
            continue
        rules = job["podFailurePolicy"]["rules"]
        values = [r["onExitCodes"]["values"] for r in rules if "onExitCodes" in r]
        expect(values == [FAILURES], f"{name}: {values} are not tried again")
    return runs


def files_of(volume, objects):
    """The files of a mounted volume as {path: text}; None when it can be written to."""
    if "persistentVolumeClaim" in volume:
        find(objects, "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"])
        return None
    if "configMap" in volume:
        return dict(find(objects, "ConfigMap", volume["configMap"]["name"])["data"])
    holder = volume.get("secret") or volume["projected"]
    expect(holder["defaultMode"] == 0o400, f"volume {volume['name']}: not of mode 0400")
    if "secret" in volume:
        return dict(find(objects, "Secret", volume["secret"]["secretName"])["stringData"])
    files = {}
    for source in volume["projected"]["sources"]:
        texts = find(objects, "Secret", source["secret"]["name"])["stringData"]
        for item in source["secret"]["items"]:
            expect(item["key"] in texts, f"{source['secret']['name']} has no key {item['key']}")
            files[item["path"]] = texts[item["key"]]
    return files


def mounts_of(run, objects):
    """({path: text}, [directories that can be written to]) as the container sees them."""
    files, writable = {}, []
    volumes = {v["name"]: v for v in run.pod["volumes"]}
    for mount in run.container["volumeMounts"]:
        expect(mount["name"] in volumes, f"{run.name}: there is no volume {mount['name']}")
        held = files_of(volumes[mount["name"]], objects)
        if held is None:
            writable.append(mount["mountPath"])
        else:
            expect(mount.get("readOnly"), f"{run.name}: {mount['name']} is mounted to be written")
            files.update({f"{mount['mountPath']}/{name}": text for name, text in held.items()})
    return files, writable


def settings_of(run, files):
    """Both parts of the run's profile, with the defaults."""
    name = run.variables["SIGMACAT_CONFIG"]
    expect(name in files, f"{run.name}: {name} is not mounted")
    config = read(files[name])[0]
    expect(run.profile in config["profiles"], f"{run.name}: there is no profile {run.profile}")
    profile = config["profiles"][run.profile]
    return {part: {**config["defaults"][part], **profile[part]} for part in ("sigma", "upload")}


def check_run(run, objects):
    for path, value in POD_SECURITY.items():
        expect(get(run.pod, path) == value, f"{run.name}: {'.'.join(map(str, path))}")
    files, writable = mounts_of(run, objects)
    settings = settings_of(run, files)
    for path in (settings["sigma"]["api_token_file"], settings["upload"]["token_file"]):
        expect(path in files, f"{run.name}: the secret {path} is not mounted")
        # as the placeholders have it
        expect(run.profile in files[path], f"{run.name}: {path} is another profile's")
    output = settings["sigma"]["output"]
    is_kept = any(f"{output}/".startswith(f"{directory}/") for directory in writable)
    expect(is_kept, f"{run.name}: {output} is lost")
    expect(output == settings["upload"]["directory_path"], f"{run.name}: two directories")
    expect(settings["sigma"].get("keep", 0) > 0, f"{run.name}: all sets are kept")


def check(objects):
    runs = runs_of(objects)
    for run in runs:
        check_run(run, objects)
    config = read(find(objects, "ConfigMap", "sigmacat")["data"]["config.yaml"])[0]
    unused = set(config["profiles"]) - {run.profile for run in runs}
    expect(not unused, f"profiles that no manifest runs: {unused}")


# ---- copies that are wrong ----

CRON, JOB, CLAIM = "CronJob acme", "Job all", "PersistentVolumeClaim all"
SECRET, OTHER_SECRET = "Secret acme", "Secret globex"
CRON_POD = "spec.jobTemplate.spec.template.spec."
JOB_POD = "spec.template.spec."
# name; object; where in it; what is put there (None: taken away); what refuses it; as its text has it
BROKEN = (
    ("misspelt", CRON, "spec.concurencyPolicy", "Forbid", validate, "concurencyPolicy"),
    ("misspelt_deep", CRON, CRON_POD + "containers.0.resource", {}, validate, "resource"),
    ("misspelt_secret", SECRET, "stringdata", {}, validate, "stringdata"),
    ("text_for_number", JOB, "spec.backoffLimitPerIndex", "three", validate, "three"),
    ("number_for_text", CRON, CRON_POD + "containers.0.env.0.value", 1, validate, "1 is not"),
    ("no_containers", JOB, JOB_POD + "containers", None, validate, "containers"),
    ("unknown_kind", CRON, "kind", "CronJobs", validate, "CronJobs"),
    ("old_version", CRON, "apiVersion", "batch/v1beta1", validate, "batch/v1beta1"),
    ("missing_secret", SECRET, "metadata.name", "acme", check, "Secret sigmacat-acme"),
    ("missing_key", OTHER_SECRET, "stringData.api-token", None, check, "api-token"),
    ("missing_volume", CRON, CRON_POD + "volumes.0", None, check, "volume config"),
    ("missing_claim", CLAIM, "metadata.name", "all", check, "sigmacat-all"),
    ("unknown_profile", CRON, CRON_POD + "containers.0.env.1.value", "acne", check, "profile acne"),
    ("profiles_miscounted", JOB, "spec.completions", 3, check, "`completions`"),
    ("volume_elsewhere", CRON, CRON_POD + "containers.0.volumeMounts.2.mountPath", "/data", check,
     "/var/lib/sigmacat/acme is lost"),
    ("other_secret", CRON, CRON_POD + "volumes.1.secret.secretName", "sigmacat-globex", check,
     "another profile's"),
    ("secret_for_all", CRON, CRON_POD + "volumes.1.secret.defaultMode", 0o444, check, "0400"),
    ("runs_overlap", CRON, "spec.concurrencyPolicy", "Allow", check, "overlap"),
    ("tried_again", CRON, "spec.jobTemplate.spec.podFailurePolicy.rules.1", None, check, "tried"),
    ("root", JOB, JOB_POD + "securityContext.runAsNonRoot", False, check, "runAsNonRoot"),
)


def test_broken(objects, row):
    _, which, path, value, refuse, text = row
    objects = copy.deepcopy(objects)
    kind, name = which.split()
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place = get(find(objects, kind, f"sigmacat-{name}"), way)
    if value is None:
        del place[last]
    else:
        place[last] = value
    try:
        refuse(objects)
    except Refused as error:
        expect(text in str(error), f"refused for another reason: {error}")
        return
    raise Refused("a broken copy was accepted")


def test_key_twice():
    try:
        read("spec:\n  completions: 1\n  completions: 2\n")
    except Refused:
        return
    raise Refused("a key that stands twice was accepted")


# ---- the programs ----


def under(root, text):
    """Paths of the container, in a text, as paths below `root`."""
    return re.sub(r"/(etc|run|var/lib)/sigmacat", rf"{root}/\1/sigmacat", text)


def lay_out(run, objects, root):
    files, writable = mounts_of(run, objects)
    for path, text in files.items():
        path = pathlib.Path(under(root, path))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(under(root, text))
        path.chmod(0o400)
    for path in writable:
        pathlib.Path(under(root, path)).mkdir(parents=True)
    return settings_of(run, files)


def install(build, root):
    """As the Containerfile does. The directory."""
    directory = pathlib.Path(root, "bin")
    directory.mkdir()
    for name in PROGRAMS:
        (directory / name).symlink_to(os.path.abspath(f"{build}/{name}"))
    script = os.path.abspath("examples/extract-and-upload.sh")
    (directory / "extract-and-upload").symlink_to(script)
    return directory


def test_run(run, objects, build):
    """Runs the container's command, on the files that it would see, against the stand-in."""
    with tempfile.TemporaryDirectory() as root:
        settings = lay_out(run, objects, root)
        variables = {name: under(root, text) for name, text in run.variables.items()}
        variables["PATH"] = f"{install(build, root)}:/usr/bin:/bin"
        if run.index is not None:
            variables["JOB_COMPLETION_INDEX"] = str(run.index)
        for name in PROGRAMS:
            shown = execute([name, "--show-config", "--profile", run.profile], variables)
            expect(f"profile {run.profile}" in shown, f"{name} shows: {shown}")
        uploads = serve(run, settings, variables, build, root)
        source = settings["upload"]["source_id"]
        expect(len(uploads) == FILES_OF_A_SET, f"{len(uploads)} uploads")
        expect(all(source in u["path"] for u in uploads), "uploads to another source")


def serve(run, settings, variables, build, root):
    """The stand-in takes the profile's own credentials only. What was uploaded, as it tells."""
    secret = pathlib.Path(under(root, settings["sigma"]["api_token_file"])).read_text()
    token = pathlib.Path(under(root, settings["upload"]["token_file"])).read_text()
    arguments = ["--until-eof", "--workbooks", "5", "--client-id", settings["sigma"]["client_id"],
                 "--client-secret", secret, "--upload-token", token]
    sim = subprocess.Popen([f"{build}/sigmacat-sim", *arguments], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE)
    try:
        url = sim.stdout.readline().decode().split()[-1]
        variables.update(CASTOR_SIGMA_HOST=url, CASTOR_UPLOADER_ENDPOINT=url)
        execute([*run.container["command"], *run.container.get("args", [])], variables)
        with urllib.request.urlopen(f"{url}/_sim/uploads", timeout=60) as answer:
            return json.loads(answer.read())
    finally:
        sim.stdin.close()
        sim.stdout.close()
        sim.wait(30)


def execute(command, variables):
    program = shutil.which(str(command[0]), path=variables["PATH"])
    expect(program, f"{command[0]}: there is no such program")
    done = subprocess.run([program, *command[1:]], env=variables, capture_output=True, text=True,
                          timeout=120, check=False)
    expect(done.returncode == 0, f"{command[0]} ended with {done.returncode}: {done.stderr}")
    return done.stdout


# ---- the copy for another organisation ----


def test_copy(folder):
    """That the second CronJob is what the command in the first one makes of it."""
    texts = []
    for name in ("acme", "globex"):
        lines = pathlib.Path(folder, f"cronjob-{name}.yaml").read_text().splitlines()
        texts.append([l for l in lines if not l.startswith("#") and "schedule:" not in l])
    expect([l.replace("acme", "globex") for l in texts[0]] == texts[1], "they differ")


def main():
    folder, build = sys.argv[1:]
    paths = sorted(pathlib.Path(folder).glob("*.yaml"))
    objects = [item for path in paths for item in read(path.read_text())]
    tests = [(f"schema_{p.stem}", lambda p=p: validate(read(p.read_text()))) for p in paths]
    tests += [("together", lambda: check(objects)), ("copy", lambda: test_copy(folder))]
    tests += [("broken_key_twice", test_key_twice)]
    tests += [(f"broken_{row[0]}", lambda row=row: test_broken(objects, row)) for row in BROKEN]
    tests += [(f"run_{run.name}", lambda run=run: test_run(run, objects, build))
              for run in runs_of(objects)]
    failed = 0
    for name, test in tests:
        try:
            test()
            print(f"[       OK ] {name}")
        except Refused as error:
            print(f"[  FAILED  ] {name}: {error}")
            failed += 1
    return 1 if failed or not paths else 0


sys.exit(main())
