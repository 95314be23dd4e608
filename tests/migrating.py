"""Tries examples/migrating/compare-sets.py on the sets `one`, `two` and `gaps` of a folder, and on
copies of `one` in which something was changed. Usage: migrating.py FOLDER"""

import json
import pathlib
import shutil
import subprocess
import sys

SCRIPT = "examples/migrating/compare-sets.py"
SAME, LEFT = "The sets say the same.", "nothing in the sets tells why"


def newest(directory):
    return next(directory.glob("*-summary.json")).name.split("-")[0]


class Copy:
    """A copy of a set: an edit changes what load() gave."""

    def __init__(self, source, target):
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".sigmacat"))
        self.directory, self.stamp, self.held = target, newest(target), {}

    def path(self, name):
        return self.directory / f"{self.stamp}-{name}.json"

    def __getitem__(self, name):
        if name not in self.held:
            self.held[name] = json.loads(self.path(name).read_text())
        return self.held[name]

    def save(self):
        for name, content in self.held.items():
            self.path(name).write_text(json.dumps(content, indent=3))

    def restamp(self, seconds):
        self.save()
        stamp = str(int(self.stamp) + seconds)
        for path in self.directory.glob(f"{self.stamp}-*"):
            path.rename(path.with_name(path.name.replace(self.stamp, stamp)))
        self.stamp = stamp


def source_with(copy, file, member):
    """The first record, and its first source with a member that is not null."""
    return next((r, s) for r in copy[file] for s in r["sources"] if s.get(member))


# ---- edits ----


def as_python(copy):
    """As a summary without our own member."""
    copy["summary"].pop("extraction")
    copy["summary"].update(python_version="3.11.4", executed_at="2026-01-02T03:04:05")
    copy["summary"]["connection_identity"]["host"] = "elsewhere.example.com"


def rewritten(copy):
    for name in ("workbooks", "elements", "members"):
        copy.held[name] = [dict(reversed(list(r.items()))) for r in copy[name]]


def reordered(copy):
    copy["workbooks"].reverse()


def changed(copy):
    workbook = copy["workbooks"][4]
    workbook["latestVersion"] += 1
    workbook["name"] = "Renamed"
    lost = [e for e in copy["elements"] if e["workbook_id"] == workbook["workbookId"]][0]
    copy["elements"].remove(lost)
    copy["summary"]["extraction"]["files"]["elements"]["records"] -= 1
    copy["workbook_sources"][4]["sources"].append({"type": "dataset"})


def renamed(copy):
    copy["workbooks"][4]["name"] = "Renamed"


def lost(copy):
    del copy["workbooks"][4]


def lost_with_all(copy):
    """What the account does not see, and what belongs to it."""
    gone = copy["workbooks"].pop(4)["workbookId"]
    copy.held["elements"] = [e for e in copy["elements"] if e["workbook_id"] != gone]
    copy.held["workbook_sources"] = [s for s in copy["workbook_sources"] if s["asset_id"] != gone]
    copy["summary"]["extracts_whole_organization"] = False
    del copy["summary"]["extraction"]


def made_since(copy):
    copy.restamp(3600)
    when = iso(int(copy.stamp) - 60)
    copy["members"].append({"memberId": "new", "createdAt": when})
    copy["summary"]["extraction"]["files"]["members"]["records"] += 1


def made_before(copy):
    made_since(copy)
    copy["members"][-1]["createdAt"] = "2020-01-01T00:00:00Z"


def iso(seconds):
    done = subprocess.run(["date", "-u", "-d", f"@{seconds}", "+%Y-%m-%dT%H:%M:%S.000Z"],
                          capture_output=True, text=True, check=True)
    return done.stdout.strip()


def member_for_all(copy):
    for record in copy["files"]:
        record["isStarred"] = False


def member_gone(copy):
    del copy["files"][2]["path"]


def other_digits(copy):
    copy["datasets"][0]["size"] = 100.0


def other_number(copy):
    copy["datasets"][0]["size"] = 100.5


def no_sources(copy):
    source_with(copy, "workbook_sources", "path")[0]["sources"] = []


def no_path(copy):
    source_with(copy, "workbook_sources", "path")[1].update(path=None, connectionId=None)


def unused(copy):
    """The workbooks that use the first model of the lineage were changed."""
    model = copy["datamodel_lineage"].pop(0)["dataModelId"]
    copy["summary"]["extraction"]["files"]["datamodel_lineage"]["records"] -= 1
    for record, workbook in zip(copy["workbook_sources"], copy["workbooks"]):
        kept = [s for s in record["sources"] if s.get("dataModelId") != model]
        workbook["latestVersion"] += len(kept) != len(record["sources"])
        record["sources"] = kept


def still_used(copy):
    copy["datamodel_lineage"].pop(0)


def no_file(copy):
    copy.path("dataset_sources").unlink()


def partial(copy):
    no_file(copy)
    copy["summary"]["extraction"]["partial"] = True


def degraded(copy):
    copy["summary"]["extraction"]["degraded"] = ["elements"]


def cut(copy):
    copy["elements"].pop()


def twice(copy):
    copy["members"].append(copy["members"][0])
    copy["summary"]["extraction"]["files"]["members"]["records"] += 1


def other_organization(copy):
    copy["summary"]["connection_identity"]["organization_id"] = "another"


def no_organization(copy):
    del copy["summary"]["connection_identity"]["organization_id"]


def no_summary(copy):
    copy.path("summary").unlink()


def no_json(copy):
    copy.path("files").write_text('[{"id": "1"')


def no_array(copy):
    copy.held["files"] = {}


# name; the set that is changed, and how; the reports given; the end; texts that are there
CASES = (
    ("two runs", "two", None, "", 0, (SAME, "executed_at")),
    ("a set and itself", "one", None, "", 0, (SAME,)),
    ("the summary of another tool", "one", as_python, "", 0, (SAME, "python_version", "sigmacat's own")),
    ("written another way", "one", rewritten, "", 0, (SAME,)),
    ("a strange set and itself", "strange", None, "", 0, (SAME,)),
    ("numbers that Python does not keep", "strange", rewritten, "", 1, ("xNumbers[] (value)", LEFT)),
    ("another order", "one", reordered, "", 0, (SAME, "workbooks: the same records in another order")),
    ("changed in Sigma", "one", changed, "", 0, (SAME, "as latestVersion shows", "workbook 4")),
    ("changed by nobody", "one", renamed, "", 1, (f"workbooks: name (value): {LEFT}", "workbook 4")),
    ("a record lost", "one", lost, "", 1, (f"workbooks: only in A: {LEFT}",)),
    ("not seen", "one", lost_with_all, "", 1, ("does not see the whole organisation",
                                               "its object is in A's workbooks alone",
                                               "extracts_whole_organization")),
    ("made since", "one", made_since, "", 0, (SAME, "made after A was begun")),
    ("made before", "one", made_before, "", 1, (f"members: only in B: {LEFT}",)),
    ("a member in all", "one", member_for_all, "", 1, ("member isStarred only in B, in all",)),
    ("a member lost", "one", member_gone, "", 1, (f"files: path (only in A): {LEFT}",)),
    ("other digits", "digits", other_digits, "", 0, (SAME, "the same number in other digits")),
    ("another number", "digits", other_number, "", 1, (f"datasets: size (value): {LEFT}",)),
    ("no sources", "one", no_sources, "", 1, ("workbook_sources: sources (", LEFT)),
    ("no path", "one", no_path, "", 1, ("workbook_sources: ", "sources[].path (value)", LEFT)),
    ("a model not used", "one", unused, "", 0, (SAME, "no workbook of B uses it")),
    ("lineage lost", "one", still_used, "", 1, (f"datamodel_lineage: only in A: {LEFT}",)),
    ("no file", "one", no_file, "", 1, (f"dataset_sources: B has no such file: {LEFT}",)),
    ("a partial set", "one", partial, "", 0, (SAME, "it is a partial set")),
    ("a degraded set", "one", degraded, "", 1, ("B is degraded: too much of elements",)),
    ("cut", "one", cut, "", 1, ("B's summary counts", LEFT)),
    ("an id twice", "one", twice, "", 1, ("members: only in B", "no. 2")),
    ("gaps, told", "gaps", None, "gaps one", 0, (SAME, "a gap of B, as its report says",
                                                 "a table's path is a gap of B",
                                                 "datasets: only in A: a gap of B")),
    ("gaps, not told", "gaps", None, "", 1, (LEFT, "give its --report")),
    ("gaps, and a change", "gaps", renamed, "gaps one", 1, (f"workbooks: name (value): {LEFT}",)),
    ("gaps, the other's report", "gaps", None, "one", 1, (LEFT,)),
    ("no organisation's id", "one", no_organization, "", 0, (SAME, "left out where Sigma")),
    ("two organisations", "one", other_organization, "", 2, ("two organisations",)),
    ("no whole set", "one", no_summary, "", 2, ("no whole set",)),
    ("no JSON", "one", no_json, "", 2, ("files.json: ",)),
    ("no array", "one", no_array, "", 2, ("not an array",)),
    ("another set's report", "one", None, "two", 2, ("not the report of either set",)),
)


def try_case(folder, number, row):
    _, source, edit, reports, status, texts = row
    copy = Copy(folder / source, folder / f"copy{number}")
    if edit:
        edit(copy)
        copy.save()
    other = folder / (source if source in ("digits", "strange") else "one")
    command = [sys.executable, SCRIPT, str(other), str(copy.directory)]
    for report in reports.split():
        command += ["--report", str(folder / f"{report}.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    shown = done.stdout + done.stderr
    if done.returncode != status:
        return f"status {done.returncode} instead of {status}\n{shown}"
    lacking = [t for t in texts if t not in shown]
    return f"without {lacking}\n{shown}" if lacking else None


def restamp_all(folder):
    """No two of the sets have the same timestamp, however quickly they were made."""
    for number, name in enumerate(("one", "gaps", "two")):
        copy = Copy(folder / name, folder / f"{name}.new")
        copy.restamp(number * 10 - 1000)
        shutil.rmtree(folder / name)
        copy.directory.rename(folder / name)
        report = json.loads((folder / f"{name}.json").read_text())
        report["set"]["timestamp"] = int(copy.stamp)
        (folder / f"{name}.json").write_text(json.dumps(report))
    digits = Copy(folder / "one", folder / "digits")
    digits["datasets"][0]["size"] = 100
    digits.save()


def main():
    folder = pathlib.Path(sys.argv[1])
    restamp_all(folder)
    failed = 0
    for number, row in enumerate(CASES):
        why = try_case(folder, number, row)
        failed += why is not None
        print(f"[  FAILED  ] migrating: {row[0]}: {why}" if why else f"[       OK ] migrating: {row[0]}")
    return 1 if failed else 0


sys.exit(main())
