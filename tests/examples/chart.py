"""The chart of examples/kubernetes/chart: what Helm makes of its values is what the manifests beside it
say, which tests/kubernetes.py holds and runs; that of a thousand organisations is valid, spread and small
enough; wrong values are refused. Usage: chart.py, with EXAMPLE_TOOLS and SMC_BUILD."""

import collections
import os
import pathlib
import subprocess
import sys
import tempfile
import uuid

import kubernetes_validate
import yaml
from scene import expect, read_yaml, run_all

PLAIN = pathlib.Path("examples/kubernetes")
CHART = PLAIN / "chart"
HELM = f"{os.environ['EXAMPLE_TOOLS']}/helm"
TEMPLATE = ("template", "sigmacat", str(CHART), "--kube-version", "1.29.0")
MANY = 1000
# What Kubernetes takes in all keys of a ConfigMap.
MOST_OF_CONFIGMAP = 1024 * 1024


def helm(*arguments):
    """(whether it went well, what it said): with a home of its own, and no cluster."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run([HELM, *arguments], capture_output=True, text=True, check=False, timeout=300,
                              env={"PATH": "/usr/bin:/bin", "HOME": home})
    return done.returncode == 0, done.stdout if done.returncode == 0 else done.stderr + done.stdout


def rendered(values=None):
    """The objects by kind and name."""
    with tempfile.TemporaryDirectory() as directory:
        more = []
        if values is not None:
            path = pathlib.Path(directory, "values.yaml")
            path.write_text(yaml.safe_dump(values))
            more = ["--values", str(path)]
        good, text = helm(*TEMPLATE, *more)
    expect(good, text)
    return named(yaml.safe_load_all(text))


def named(objects):
    return {(o["kind"], o["metadata"]["name"]): o for o in objects if o}


def opened(objects):
    """With the configuration file as what it says."""
    for item in objects.values():
        if item["kind"] == "ConfigMap":
            item["data"] = {name: yaml.safe_load(text) for name, text in item["data"].items()}
    return objects


def test_lint():
    good, text = helm("lint", "--strict", str(CHART))
    expect(good, text)


def test_same():
    plain = {}
    for name in ("configmap", "cronjob-acme", "cronjob-globex"):
        plain.update(named(yaml.safe_load_all((PLAIN / f"{name}.yaml").read_text())))
    expect(set(plain) == set(made := opened(rendered())), f"{sorted(made)}")
    for key, item in opened(plain).items():
        expect(made[key] == item, f"{key}: {made[key]} is not {item}")


def test_run():
    """In the places of the manifests: held against each other, broken, and run."""
    objects = rendered()
    with tempfile.TemporaryDirectory() as directory:
        for name in ("secrets", "indexed-job"):
            pathlib.Path(directory, f"{name}.yaml").write_text((PLAIN / f"{name}.yaml").read_text())
        files = {"configmap": [("ConfigMap", "sigmacat")]}
        for name in ("acme", "globex"):
            files[f"cronjob-{name}"] = [(k, f"sigmacat-{name}") for k in ("PersistentVolumeClaim", "CronJob")]
        for name, keys in files.items():
            text = yaml.safe_dump_all([objects[k] for k in keys])
            pathlib.Path(directory, f"{name}.yaml").write_text(text)
        done = subprocess.run([sys.executable, "tests/kubernetes.py", directory, os.environ["SMC_BUILD"]],
                              capture_output=True, text=True, check=False, timeout=600)
    expect(done.returncode == 0 and "run_sigmacat-globex" in done.stdout, done.stdout + done.stderr)


def many():
    return {f"org-{i:04}": {"sigma": {"host": "aws-us-west", "client_id": f"client-{i}"},
                            "upload": {"source_id": str(uuid.UUID(int=i))}} for i in range(MANY)}


def test_many():
    # A null takes away what the chart's own values have.
    objects = rendered({"organizations": {"acme": None, "globex": None, **many()}})
    expect(len(objects) == 2 * MANY + 1, f"{len(objects)} objects")
    starts = collections.Counter()
    for (kind, _), item in objects.items():
        if kind == "CronJob":
            minute, hour, *rest = item["spec"]["schedule"].split()
            expect(rest == ["*"] * 3, item["spec"]["schedule"])
            starts[int(hour) * 60 + int(minute)] += 1
    window = read_yaml(CHART / "values.yaml")["window"]
    first = window["hour"] * 60
    expect(min(starts) == first and max(starts) == first + window["minutes"] - 1, f"{starts}")
    expect(max(starts.values()) <= -(-MANY // window["minutes"]), f"at once: {starts.most_common(1)}")
    size = len(objects["ConfigMap", "sigmacat"]["data"]["config.yaml"])
    expect(size < MOST_OF_CONFIGMAP, f"{size} bytes of configuration")
    for item in [objects["ConfigMap", "sigmacat"], *list(objects.values())[-20:]]:
        kubernetes_validate.validate(item, "1.29", strict=True)
    print(f"{MANY} organisations: {size} bytes of configuration, {max(starts.values())} starts a minute")


# an organisation's values; a word of the refusal
GOOD = {"sigma": {"host": "aws-us-west", "client_id": "c"}, "upload": {"source_id": str(uuid.UUID(int=1))}}
REFUSED = (
    ("no client id", {"organizations": {"acme": {"sigma": {"client_id": None}}}}, "client_id"),
    ("no source id", {"organizations": {"acme": {"upload": {"source_id": "17"}}}}, "source_id"),
    ("a word that is not known", {"organizations": {"acme": {"sigmma": {}}}}, "sigmma"),
    ("a name for no object", {"organizations": {"Acme_1": GOOD}}, "Acme_1"),
    ("a window of nothing", {"window": {"minutes": 0}}, "minutes"),
    ("an image that is not there", {"image": None}, "image"),
)


def test_refused(values, word):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, "values.yaml")
        path.write_text(yaml.safe_dump(values))
        good, text = helm(*TEMPLATE, "--values", str(path))
    expect(not good, "it was accepted")
    expect(word in text, f"refused for another reason: {text}")


run_all([("chart: lint", test_lint), ("chart: as the manifests are", test_same),
         ("chart: run", test_run), (f"chart: {MANY} organisations", test_many)] +
        [(f"chart: refused: {row[0]}", lambda row=row: test_refused(*row[1:])) for row in REFUSED])
