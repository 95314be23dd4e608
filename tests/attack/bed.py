"""The test bed: a stand-in, runs of the two programs, and the judgement of what a run has left behind.

The judgement is the project's one promise: a set that looks whole is whole. A run that ends with 0 or
6 has published what the server had, but for what its summary counts as gaps; a run that ends
otherwise says so by a status of the manual page and leaves no set that is not whole."""
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

ESTATE = ["--connections", "3", "--workbooks", "7", "--datamodels", "3", "--datasets", "3", "--files", "12",
          "--members", "5", "--tables", "8", "--elements", "3", "--sources", "2", "--page-size", "4", "--no-gzip"]
NAMES = ("connections", "workbooks", "workbook_sources", "datamodels", "datamodel_sources", "datamodel_lineage",
         "datasets", "dataset_sources", "files", "members", "elements")
STATUSES = {0, 2, 3, 4, 5, 6, 7}
SECRETS = ("sim-secret", "sim-token")
SOURCE = "01234567-89ab-cdef-0123-456789abcdef"


class Bed:
    """Folders and programs of one attack; close() removes the folder."""

    def __init__(self, build, jobs=1):
        self.build = os.path.abspath(build)
        self.jobs, self.lock = jobs, threading.Lock()
        self.root = tempfile.mkdtemp(prefix="sigmacat-attack-")
        self.sims = []
        self.made = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for sim in self.sims:
            sim.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def sim(self, *options):
        sim = Sim(self, [*ESTATE, *options])
        self.sims.append(sim)
        return sim

    def folder(self):
        with self.lock:
            self.made += 1
            path = os.path.join(self.root, "d%d" % self.made)
        os.mkdir(path)
        return path

    def each(self, cases):
        """Calls each of them, some at once: a run mostly waits, a second alone before it publishes."""
        with ThreadPoolExecutor(self.jobs) as pool:
            for done in [pool.submit(case) for case in cases]:
                done.result()

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items()
                if not k.upper().startswith(("CASTOR_", "SSL", "CURL_", "REQUESTS_", "HTTP", "NO_PROXY", "ALL_PROXY"))}
        return {**kept, "HOME": self.root, "XDG_CONFIG_HOME": self.root, "NO_PROXY": "*", **more}

    def extract(self, url, output, *options, limit=60, **more):
        words = [os.path.join(self.build, "castor-extract-sigma"), "-H", url, "-c", "sim-client", "-o", output,
                 "--log-level", "info", "--retry-base", "0.001", "--retries", "2", *options]
        return run(words, limit, self.environment(CASTOR_SIGMA_API_TOKEN="sim-secret", **more))

    def upload(self, url, output, *options, limit=60, **more):
        words = [os.path.join(self.build, "castor-upload"), "--endpoint", url, "-s", SOURCE, "-t", "VIZ",
                 "-d", output, "--retry-base", "0.001", *options]
        return run(words, limit, self.environment(CASTOR_UPLOADER_TOKEN="sim-token", **more))


class Sim:
    def __init__(self, bed, options):
        self.process = subprocess.Popen([os.path.join(bed.build, "sigmacat-sim"), "--until-eof", *options],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.url = self.process.stdout.readline().decode().split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def get(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        return json.loads(opener.open(self.url + path, timeout=30).read())

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(30)


class Outcome:
    def __init__(self, status, out, log):
        self.status, self.out, self.log = status, out, log


def run(words, limit, environment):
    """A program that does not end within `limit` seconds has failed: its status is "endless"."""
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=environment)
    try:
        out, log = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.kill()
        out, log = process.communicate()
        return Outcome("endless", out, log)
    return Outcome(process.returncode, out, log)


def sets(folder):
    """timestamp -> {name: bytes} of the sets that have a summary."""
    found = {}
    for entry in os.listdir(folder):
        match = re.fullmatch(r"(\d+)-summary\.json", entry)
        if match:
            found[match[1]] = {name: read(os.path.join(folder, "%s-%s.json" % (match[1], name)))
                               for name in (*NAMES, "summary")}
    return found


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def gaps_of(files):
    """kind -> count of the gaps that a set's summary tells."""
    return json.loads(files["summary"]).get("extraction", {}).get("gaps", {})


def whole(files):
    """What is wrong with a set that has a summary, as a list of texts."""
    wrong = []
    try:
        summary = json.loads(files["summary"])
    except (ValueError, TypeError):
        return ["the summary is not JSON"]
    counted = summary.get("extraction", {}).get("files", {})
    for name in NAMES:
        if files[name] is None:
            wrong.append(name + " is missing beside a summary")
            continue
        try:
            rows = json.loads(files[name], parse_int=str)
        except (ValueError, RecursionError):
            wrong.append(name + " is not JSON")
            continue
        said = counted.get(name, {})
        if said and (said.get("records"), said.get("bytes")) != (len(rows), len(files[name])):
            wrong.append("%s: the summary says %s, it has %d records, %d bytes"
                         % (name, said, len(rows), len(files[name])))
    return wrong


def digests(text):
    """One for each record; numbers count as they are written."""
    rows = json.loads(text, parse_float=str, parse_int=str)
    return [hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest() for row in rows]


def differences(files, reference):
    """Files that differ from the reference's though nothing says why."""
    told, expected = gaps_of(files), gaps_of(reference)
    has_gaps = any(count > expected.get(kind, 0) for kind, count in told.items())
    wrong = []
    for name in NAMES:
        if files[name] == reference[name]:
            continue
        ours, theirs = digests(files[name]), digests(reference[name])
        if ours == theirs:
            continue
        if not has_gaps:
            wrong.append("%s differs from what the server had, and no gap is told" % name)
        elif not name.endswith(("_sources", "_lineage")) and set(ours) - set(theirs):
            wrong.append("%s has records that the server did not have" % name)
    return wrong


def judge(outcome, folder, reference, allowed=STATUSES):
    """All that is wrong with a run, as a list of texts; empty when it kept its promises. Without a
    reference the set's content is not compared."""
    wrong = []
    if outcome.status not in allowed:
        wrong.append("status %s: %s" % (outcome.status, outcome.log[-300:].decode(errors="replace")))
    wrong += log_faults(outcome)
    found = sets(folder)
    if outcome.status in (0, 6) and not found:
        wrong.append("status %s and no set" % outcome.status)
    for files in found.values():
        faults = whole(files)
        wrong += faults or (differences(files, reference) if reference else [])
    if outcome.status in (0, 6):
        wrong += ["left behind: " + e for e in os.listdir(folder) if e.endswith(".part")]
    elif outcome.status not in allowed or outcome.log.strip() == b"":
        wrong.append("a failure without a word")
    return wrong


def log_faults(outcome):
    wrong = []
    for stream in (outcome.log, outcome.out):
        try:
            text = stream.decode()
        except UnicodeDecodeError:
            wrong.append("the log is not UTF-8")
            continue
        if re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text):
            wrong.append("a control character in the log")
        wrong += ["a secret in the log" for secret in SECRETS if secret in text]
    return wrong


def reference_of(bed, sim, *options):
    """The files of an undisturbed run."""
    folder = bed.folder()
    outcome = bed.extract(sim.url, folder, *options)
    if outcome.status != 0:
        raise SystemExit("the undisturbed run failed: " + outcome.log.decode(errors="replace"))
    (files,) = sets(folder).values()
    return files
