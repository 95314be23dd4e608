"""The workflow of examples/github-actions and the pipeline of examples/gitlab-ci: held by actionlint and by
their schemas; broken copies have to fail; and the steps are run as the two runners run them, against the
stand-in. Usage: ci.py, with the tools' folders in EXAMPLE_TOOLS and SMC_BUILD."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from scene import FILES_OF_A_SET, SECRET, TOKEN, Scene, expect, read_yaml, run_all

GITHUB = pathlib.Path("examples/github-actions/sigmacat.yml")
GITLAB = pathlib.Path("examples/gitlab-ci/sigmacat.gitlab-ci.yml")
# A page is made of a set that was published.
PUBLISHED = (0, 6)
STATE = "sigma/.sigmacat"
TOOLS = os.environ["EXAMPLE_TOOLS"]
SCHEMA = [sys.executable, "-m", "check_jsonschema"]


def held_by(command, path):
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


CHECKS = {
    "actionlint": [f"{TOOLS}/actionlint"],
    "schema of GitHub": [*SCHEMA, "--builtin-schema", "vendor.github-workflows"],
    "GitHub, with a time-out": [*SCHEMA, "--builtin-schema", "custom.github-workflows-require-timeout"],
    "schema of GitLab": [*SCHEMA, "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
}
# check; its file; a line's text that is replaced; by what
HELD = (
    ("actionlint", GITHUB, "matrix.profile }}-\n", "matrix.profil }}-\n"),
    ("actionlint", GITHUB, "shell: bash", "shell: bsh"),
    ("schema of GitHub", GITHUB, "runs-on:", "run-on:"),
    ("schema of GitHub", GITHUB, "contents: read", "contents: reed"),
    ("GitHub, with a time-out", GITHUB, "    timeout-minutes: 350\n", ""),
    ("schema of GitLab", GITLAB, "exit_codes: [4]", "exit_codes: [four]"),
    ("schema of GitLab", GITLAB, "interruptible: false", "interruptible: perhaps"),
)


def test_held(check, path):
    good, text = held_by(CHECKS[check], path)
    expect(good, text)


def test_broken(check, path, old, new):
    text = path.read_text()
    expect(old in text, f"{old!r} is not in {path}")
    with tempfile.TemporaryDirectory() as directory:
        copy = pathlib.Path(directory, path.name)
        copy.write_text(text.replace(old, new))
        expect(not held_by(CHECKS[check], copy)[0], "a broken copy was accepted")


class Runner:
    """A machine that is new for each job; the cache and the artifacts outlive it."""

    def __init__(self, scene, profile):
        self.scene, self.profile = scene, profile
        self.cache = scene.root / "cache"
        self.artifacts, self.log, self.number = {}, "", 0

    def begin(self, example):
        self.number += 1
        self.place = self.scene.root / f"workspace{self.number}"
        self.place.mkdir()
        self.artifacts, self.log = {}, ""
        shutil.copy(example.parent / "sigmacat.yaml", self.place)
        profiles = read_yaml(self.place / "sigmacat.yaml")["profiles"]
        expect(self.profile in profiles, f"no profile {self.profile}")

    def shell(self, command, variables):
        done = subprocess.run(command, cwd=self.place, env={**self.scene.variables(), **variables},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
                              check=False)
        self.log += done.stdout
        return done.returncode

    def restore(self, paths):
        for path in paths:
            if (self.cache / path).exists():
                shutil.copytree(self.cache / path, self.place / path)

    def save(self, paths):
        shutil.rmtree(self.cache, ignore_errors=True)
        for path in paths:
            if (self.place / path).exists():
                shutil.copytree(self.place / path, self.cache / path)

    def keep(self, paths):
        self.artifacts = {p: (self.place / p).read_text() for p in paths if (self.place / p).exists()}


class GitHub(Runner):
    """As GitHub runs the job of one organisation. The end: the status of the step that failed, or 0."""

    def fill(self, text):
        def value(match):
            name = match[1].strip()
            known = {"matrix.profile": self.profile, "github.run_id": "17", "github.run_attempt": "1",
                     "secrets.CASTOR_SIGMA_API_TOKEN": self.secret, "secrets.CASTOR_UPLOADER_TOKEN": TOKEN}
            expect(name in known, f"an expression that is not known: {name}")
            return known[name]
        return re.sub(r"\$\{\{(.*?)\}\}", value, str(text))

    def job(self, secret=SECRET):
        self.secret = secret
        self.begin(GITHUB)
        job = read_yaml(GITHUB)["jobs"]["sigmacat"]
        expect(self.profile in job["strategy"]["matrix"]["profile"], "not in the matrix")
        variables = {name: self.fill(text) for name, text in job["env"].items()}
        self.summary = self.place / "summary"
        ended = 0
        for step in job["steps"]:
            if ended and step.get("if") != "always()":
                continue
            status = self.step(step, variables)
            ended = ended or status
        return ended

    def step(self, step, variables):
        """Its exit status."""
        inputs = step.get("with", {})
        paths = self.fill(inputs.get("path", "")).split()
        uses = step.get("uses", "run").split("@")[0]
        if uses == "actions/cache/restore":
            self.restore(paths)
        elif uses == "actions/cache/save":
            self.save(paths)
        elif uses == "actions/upload-artifact":
            self.keep(paths)
        elif uses == "run":
            expect(step["shell"] == "bash", "not for bash")
            script = self.place / "step.sh"
            script.write_text(self.fill(step["run"]))
            own = {name: self.fill(text) for name, text in step.get("env", {}).items()}
            return self.shell(["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
                              {**variables, **own, "GITHUB_STEP_SUMMARY": str(self.summary)})
        else:
            expect(uses == "actions/checkout", f"an action that is not known: {uses}")
        return 0


class GitLab(Runner):
    """As GitLab runs the job of one organisation, once: what follows from the status is its own."""

    def job(self, secret=SECRET):
        self.begin(GITLAB)
        job = read_yaml(GITLAB)["sigmacat"]
        expect(self.profile in job["parallel"]["matrix"][0]["SIGMACAT_PROFILE"], "not in the matrix")
        variables = {**job["variables"], "SIGMACAT_PROFILE": self.profile,
                     "CASTOR_SIGMA_API_TOKEN": secret, "CASTOR_UPLOADER_TOKEN": TOKEN}
        self.restore(job["cache"]["paths"])
        ended = self.shell(["sh", "-ec", "\n".join(job["script"])], variables)
        self.shell(["sh", "-ec", "\n".join(job["after_script"])], variables)
        expect(job["cache"]["when"] == job["artifacts"]["when"] == "always", "not kept of a failed job")
        self.save(job["cache"]["paths"])
        self.keep(job["artifacts"]["paths"])
        return ended


def client(kind, profile):
    path = {GitHub: GITHUB, GitLab: GITLAB}[kind].parent / "sigmacat.yaml"
    return ("--client-id", read_yaml(path)["profiles"][profile]["sigma"]["client_id"])


def check_job(runner, ended, status, uploads):
    expect(ended == status, f"ended with {ended} instead of {status}: {runner.log}")
    sent = runner.scene.uploads()
    expect(len(sent) == uploads, f"{len(sent)} uploads instead of {uploads}")
    wanted = {"report.json"} | ({"page.html"} if status in PUBLISHED else set())
    expect(set(runner.artifacts) == wanted, f"artifacts: {set(runner.artifacts)}: {runner.log}")
    expect((runner.cache / STATE).is_dir(), "the state is not in the cache")
    for secret in (SECRET, TOKEN):
        held = runner.log + "".join(runner.artifacts.values())
        expect(secret not in held, "a secret was told")


def test_nights(kind, profile):
    """The second night goes on from the first one's cache."""
    with Scene(*client(kind, profile)) as scene:
        runner = kind(scene, profile)
        check_job(runner, runner.job(), 0, FILES_OF_A_SET)
        if kind is GitHub:
            expect("last run    published" in runner.summary.read_text(), runner.summary.read_text())
        first = json.loads(runner.artifacts["report.json"])["calls"]
        check_job(runner, runner.job(), 0, 2 * FILES_OF_A_SET)
        second = json.loads(runner.artifacts["report.json"])["calls"]
        expect(second["reused"] > 0 and second["total"] < first["total"], f"{first}, then {second}")


def test_degraded(kind):
    with Scene(*client(kind, "acme"), "--fault", "call=elements,do=status:404") as scene:
        runner = kind(scene, "acme")
        check_job(runner, runner.job(), 6, 0)
        if kind is GitHub:
            expect("::warning title=sigmacat acme::" in runner.log, runner.log)
        else:
            expect(read_yaml(GITLAB)["sigmacat"]["allow_failure"] == {"exit_codes": [6]}, "6 is not shown")


def test_down(kind):
    with Scene(*client(kind, "acme"), "--fault", "call=token,do=status:503") as scene:
        runner = kind(scene, "acme")
        check_job(runner, runner.job(), 4, 0)
        expect("try 2 of 3 failed" in runner.log, runner.log)
        if kind is GitHub:
            expect("::error title=sigmacat acme::It ended with 4" in runner.log, runner.log)
        else:
            expect(read_yaml(GITLAB)["sigmacat"]["retry"]["exit_codes"] == [4], "4 is not tried again")


def test_refused(kind):
    with Scene(*client(kind, "acme")) as scene:
        runner = kind(scene, "acme")
        check_job(runner, runner.job("a-wrong-secret"), 3, 0)
        expect("failed, the next one" not in runner.log, "3 was tried again")


tests = [(f"{check} {path.parent.name}", lambda check=check, path=path: test_held(check, path))
         for check, path in dict.fromkeys(row[:2] for row in HELD)]
tests += [(f"broken: {row[0]}: {row[3].strip()}", lambda row=row: test_broken(*row)) for row in HELD]
for one in (GitHub, GitLab):
    tests += [(f"{one.__name__}: two nights of {p}", lambda one=one, p=p: test_nights(one, p))
              for p in ("acme", "globex")]
    tests += [(f"{one.__name__}: {name}", lambda one=one, test=test: test(one))
              for name, test in (("degraded", test_degraded), ("Sigma is down", test_down),
                                 ("a wrong secret", test_refused))]
run_all(tests)
