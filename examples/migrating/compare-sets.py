#!/usr/bin/env python3
"""Do two sets of files of one Sigma organisation say the same? Explains each difference.

Usage: compare-sets.py [--report FILE]... [--all] A B

A and B are each a directory, of which the newest whole set counts, or DIR/TS for the set with this
timestamp. --report is what `castor-extract-sigma --report` wrote for A or B; it says what could not
be read. --all names every record, else three of a kind are.

Records are matched by their ids and compared as values: how a file is broken into lines, how a
text is escaped and in which order an object has its members does not count. A difference is
explained when the sets or reports themselves show where it comes from.

Ends with 0 when there is no difference but explained ones, with 1 when others are left, with 2 when
the sets can't be compared. Needs Python 3.9 and nothing else.
"""

import argparse
import datetime
import decimal
import json
import pathlib
import re
import sys
from collections import Counter

# file: the members that are a record's id; the listing of the object it belongs to, and its id there
FILES = {
    "connections": (("connectionId",), None),
    "workbooks": (("workbookId",), None),
    "workbook_sources": (("asset_id",), "workbooks"),
    "datamodels": (("dataModelId",), None),
    "datamodel_sources": (("asset_id",), "datamodels"),
    "datamodel_lineage": (("dataModelId",), "datamodels"),
    "datasets": (("datasetId",), None),
    "dataset_sources": (("asset_id",), "datasets"),
    "files": (("id",), None),
    "members": (("memberId",), None),
    "elements": (("workbook_id", "elementId"), "workbooks"),
}
SOURCES = ("workbook_sources", "datamodel_sources", "dataset_sources")
# What tells that an object was changed.
STAMPS = ("latestVersion", "updatedAt")
NO_ID = ("(no id)",)


class Unusable(Exception):
    """The sets can't be compared."""


class Number(str):
    """A number as the file has it, since its digits may be more than Python's floats keep."""


def is_same_number(left, right):
    try:
        same = decimal.Decimal(left) == decimal.Decimal(right)
        return same or float(left) == float(right) and abs(float(left)) != float("inf")
    except decimal.InvalidOperation:
        return False


# ---- reading ----


def load(path):
    try:
        text = path.read_bytes().decode("utf-8", "surrogatepass")
        return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number)
    except (OSError, ValueError, RecursionError) as error:
        raise Unusable(f"{path}: {error}") from None


def find_set(text):
    """(directory, timestamp)"""
    path = pathlib.Path(text)
    if path.is_dir():
        stamps = [m[1] for p in path.iterdir() if (m := re.fullmatch(r"(\d+)-summary\.json", p.name))]
        if not stamps:
            raise Unusable(f"{path}: no whole set: no file TS-summary.json")
        return path, max(stamps, key=int)
    if not re.fullmatch(r"\d+", path.name) or not (path.parent / f"{path.name}-summary.json").exists():
        raise Unusable(f"{path}: neither a directory nor DIR/TS of a whole set")
    return path.parent, path.name


class Set:
    def __init__(self, name, text):
        self.name = name
        self.directory, stamp = find_set(text)
        self.path = self.directory / stamp
        self.time = int(stamp)
        self.summary = load(self.directory / f"{stamp}-summary.json")
        if not isinstance(self.summary, dict):
            raise Unusable(f"{self.path}-summary.json: not an object")
        self.own = self.summary.get("extraction") or {}
        self.gaps = set()  # (kind of call, id), out of the reports
        self.records = {}
        for file in FILES:
            path = self.directory / f"{stamp}-{file}.json"
            if path.exists():
                self.records[file] = self.read(file, path)
        self.used = self.used_models()
        self.tables = {}  # the ids of tables by their connection and path

    @staticmethod
    def read(file, path):
        """The records by id, in the file's order. An id that is there twice has a number behind it."""
        records, seen = {}, Counter()
        content = load(path)
        if not isinstance(content, list):
            raise Unusable(f"{path}: not an array")
        for record in content:
            key = NO_ID
            if isinstance(record, dict) and all(m in record for m in FILES[file][0]):
                key = tuple(str(record[m]) for m in FILES[file][0])
            seen[key] += 1
            records[key if seen[key] == 1 else (*key, f"no. {seen[key]}")] = record
        return records

    def used_models(self):
        sources = (s for r in self.records.get("workbook_sources", {}).values()
                   for s in sources_of(r))
        return {str(s.get("dataModelId")) for s in sources if s.get("type") == "data-model"}

    def map_tables(self):
        for file in SOURCES:
            for source in (s for r in self.records.get(file, {}).values() for s in sources_of(r)):
                if source.get("path"):
                    self.tables.setdefault(place_of(source), set()).add(table_of(source))

    def is_whole(self):
        return self.summary.get("extracts_whole_organization") is True


def sources_of(record):
    found = record.get("sources") if isinstance(record, dict) else None
    return [s for s in found or [] if isinstance(s, dict)]


def table_of(source):
    return str(source.get("inodeId") or source.get("tableId"))


def place_of(source):
    return json.dumps([source.get("connectionId"), source.get("path")])


def take_reports(paths, sets):
    for path in paths:
        report = load(pathlib.Path(path))
        try:
            owners = [s for s in sets if s.time == int(report["set"]["timestamp"])]
            gaps = {(gap["asset"], str(gap["id"] or "")) for gap in report["details"]["gaps"]}
        except (KeyError, TypeError):
            owners = []
        if not owners:
            raise Unusable(f"{path}: not the report of either set")
        for owner in owners:
            owner.gaps |= gaps


# ---- two values ----


def differences(left, right, where=""):
    """(where, what) for each place at which they differ."""
    if isinstance(left, Number) and isinstance(right, Number):
        if left != right:
            yield where, "digits" if is_same_number(left, right) else "value"
    elif isinstance(left, dict) and isinstance(right, dict):
        for name in [*left, *(n for n in right if n not in left)]:
            inner = f"{where}.{name}" if where else name
            if name not in right:
                yield inner, "only in A"
            elif name not in left:
                yield inner, "only in B"
            else:
                yield from differences(left[name], right[name], inner)
    elif isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            yield where, f"{len(left)} and {len(right)} entries"
        elif left != right and sorted(map(json.dumps, left)) == sorted(map(json.dumps, right)):
            yield where, "order"
        else:
            for one, other in zip(left, right):
                yield from differences(one, other, f"{where}[]")
    elif type(left) is not type(right) or left != right:
        yield where, "value"


# ---- why ----


class Comparison:
    def __init__(self, a, b):
        self.sets = (a, b)
        self.earlier, self.later = (a, b) if a.time <= b.time else (b, a)
        self.found = {}  # (is explained, file, text): names
        for one in self.sets:
            one.map_tables()

    def note(self, is_explained, file, text, name=None):
        self.found.setdefault((is_explained, file, text), []).append(name)

    def judge(self, file, text, why, name=None):
        self.note(why is not None, file, f"{text}: {why or 'nothing in the sets tells why'}", name)

    def other(self, one):
        return self.sets[1] if one is self.sets[0] else self.sets[0]

    def owner(self, file, key):
        """The listing and the id there of the object that a record belongs to."""
        listing = FILES[file][1]
        return (listing, (key[0],)) if listing else (file, key)

    def changed(self, file, key):
        """That the object of a record was changed between the two sets."""
        listing, name = self.owner(file, key)
        a, b = (s.records.get(listing, {}).get(name) for s in self.sets)
        if not isinstance(a, dict) or not isinstance(b, dict):
            return None
        for stamp in STAMPS:
            if stamp in a and stamp in b and a[stamp] != b[stamp]:
                return f"changed in Sigma between the sets, as {stamp} shows"
        return None

    def lack(self, file, key, having):
        """Why a record is in `having` alone."""
        lacking = self.other(having)
        listing, name = self.owner(file, key)
        if (file, key[0]) in lacking.gaps or (listing, "") in lacking.gaps:
            return f"a gap of {lacking.name}, as its report says"
        if listing != file and name not in lacking.records.get(listing, {}):
            return f"its object is in {having.name}'s {listing} alone"
        if file == "datamodel_lineage" and key[0] not in lacking.used:
            return f"no workbook of {lacking.name} uses it"
        record = having.records.get(listing, {}).get(name)
        if having is self.later and made(record) > lacking.time:
            return f"made after {lacking.name} was begun"
        if having.is_whole() and not lacking.is_whole():
            return f"{lacking.name}'s account does not see the whole organisation"
        return self.changed(file, key)

    def differ(self, file, key, places):
        """Why a record is not the same in both."""
        if all(what == "digits" for _, what in places):
            return "the same number in other digits"
        if all(what == "order" for _, what in places):
            return "the same entries in another order"
        a, b = (s.records[file][key] for s in self.sets)
        for one, record in zip(self.sets, (a, b)):
            if (file, key[0]) in one.gaps and len(sources_of(record)) < max(
                    len(sources_of(a)), len(sources_of(b))):
                return f"a gap of {one.name}, as its report says"
        return self.paths(file, a, b) or self.changed(file, key)

    def paths(self, file, a, b):
        """That one of the sets could not read the paths of tables, and nothing else differs."""
        if file == "datamodel_lineage":
            pairs = self.pairs_of_elements(a, b)
        else:
            pairs = [(a, b)] if file in SOURCES else []
        gaps = set()
        for left, right in pairs:
            left, right = list(left.get("sources") or []), list(right.get("sources") or [])
            for one, mine, others in ((self.sets[0], left, right), (self.sets[1], right, left)):
                if not self.mend(file, one, mine, others, gaps):
                    return None
            if left != right:
                return None
        names = " and ".join(sorted(gaps))
        return f"a table's path is a gap of {names}, as the report says" if gaps else None

    @staticmethod
    def pairs_of_elements(a, b):
        a, b = a.get("elements") or [], b.get("elements") or []
        same = [e.get("elementId") for e in a] == [e.get("elementId") for e in b]
        return list(zip(a, b)) if same else []

    def mend(self, file, one, mine, others, gaps):
        """Puts into `mine` what its set's gaps have taken; false where that does not explain it."""
        for i, source in enumerate(others):
            if not isinstance(source, dict) or source.get("type") != "table":
                continue
            if file == "datamodel_lineage":
                tables = self.other(one).tables.get(place_of(source), set())
                if mine[i:i + 1] != [source] and any(("path", t) in one.gaps for t in tables):
                    mine.insert(i, source)
                    gaps.add(one.name)
            elif ("path", table_of(source)) in one.gaps and i < len(mine) and isinstance(mine[i], dict) and mine[i].get("path") is None:
                mine[i] = {**mine[i], "path": source["path"],
                           "connectionId": source["connectionId"]}
                gaps.add(one.name)
        return len(mine) == len(others) or file == "datamodel_lineage"

    # ---- a file ----

    def file(self, file):
        """Its row of the table."""
        a, b = (s.records.get(file) for s in self.sets)
        if a is None or b is None:
            self.missing(file)
            return [len(r) if r is not None else "-" for r in (a, b)] + ["-"] * 4
        for one, mine, others in ((self.sets[0], a, b), (self.sets[1], b, a)):
            for key in (k for k in mine if k not in others):
                why = self.lack(file, key, one)
                self.judge(file, f"only in {one.name}", why, naming(key, mine[key]))
        shared = [k for k in a if k in b]
        different = {k: places for k in shared if (places := list(differences(a[k], b[k])))}
        everywhere = self.everywhere(file, different, len(shared))
        for key, places in different.items():
            rest = [p for p in places if p not in everywhere]
            if rest:
                why = self.differ(file, key, rest)
                what = ", ".join(sorted({f"{where or 'the record'} ({what})" for where, what in rest}))
                self.judge(file, "differs" if why else what, why, naming(key, a[key]))
        if shared != [k for k in b if k in a]:
            moved = sum(k != l for k, l in zip(shared, [k for k in b if k in a]))
            self.note(True, file, f"the same records in another order: {moved} stand elsewhere")
        return [len(a), len(b), len(shared) - len(different), len(different),
                len(a) - len(shared), len(b) - len(shared)]

    def everywhere(self, file, different, count):
        """Members that all records of one set have and none of the other: told once."""
        places = Counter(p for found in different.values() for p in set(found))
        members = [p for p, n in places.items() if n == count and count > 1 and "only in" in p[1]]
        for where, what in members:
            self.note(False, file, f"member {where} {what}, in all {count} records: Sigma's answers have "
                      "changed, or one of the tools left it out")
        return members

    def missing(self, file):
        for one in self.sets:
            if file not in one.records:
                why = "it is a partial set" if one.own.get("partial") else None
                self.judge(file, f"{one.name} has no such file", why)

    # ---- the summaries ----

    def summaries(self):
        a, b = (s.summary for s in self.sets)
        whose = [(s.get("connection_identity") or {}) for s in (a, b)]
        ids = [w.get("organization_id") for w in whose]
        if all(ids) and ids[0] != ids[1]:
            raise Unusable(f"two organisations: {ids[0]} and {ids[1]}")
        reasons = {
            "python_version": "what each set was written with",
            "executed_at": "each set's own start",
            "connection_identity.host": "each as it was given; the organisation is the same"
                                        if all(ids) else None,
            "connection_identity.organization_id": "left out where Sigma did not tell it",
            "extraction": "sigmacat's own member",
        }
        for where, what in differences(a, b):
            top = "extraction" if where.split(".")[0] == "extraction" else where
            if top != "extraction" or where == "extraction":
                self.judge("summary", f"{where} ({what})", reasons.get(top))
        for one in self.sets:
            self.own_summary(one)

    def own_summary(self, one):
        """What a summary of sigmacat's says of its set."""
        if one.own.get("degraded"):
            kinds = ", ".join(map(str, one.own["degraded"]))
            self.note(False, "summary", f"{one.name} is degraded: too much of {kinds} could not be read")
        for file, counts in (one.own.get("files") or {}).items():
            if file in one.records and str(counts["records"]) != str(len(one.records[file])):
                self.note(False, file, f"{one.name}'s summary counts {counts['records']} records: the "
                          "file was changed")
        gaps = one.own.get("gaps") or {}
        if gaps and not one.gaps:
            kinds = ", ".join(f"{n} of {kind}" for kind, n in gaps.items())
            self.note(True, "summary", f"{one.name} has gaps ({kinds}): give its --report to have them "
                      "explain what they can")


def made(record):
    """When an object was made, in Unix seconds; 0 where that is not known."""
    text = record.get("createdAt") if isinstance(record, dict) else None
    try:
        return datetime.datetime.fromisoformat(str(text).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0


def naming(key, record):
    name = record.get("name") if isinstance(record, dict) else None
    return " ".join(key) + (f" {json.dumps(name)}" if isinstance(name, str) else "")


# ---- what is shown ----


def show(comparison, rows, show_all):
    for one in comparison.sets:
        when = datetime.datetime.fromtimestamp(one.time, datetime.timezone.utc)
        writer = " ".join(str(one.own[m]) for m in ("toolkit", "version") if m in one.own)
        print(f"{one.name}  {one.path}  {when:%Y-%m-%d %H:%M:%S} UTC  {writer}")
    print(f"\n{'file':18}{'A':>9}{'B':>9}{'same':>9}{'differ':>9}{'only A':>9}{'only B':>9}")
    for file, row in rows.items():
        print(f"{file:18}" + "".join(f"{cell:>9}" for cell in row))
    for is_explained, title in ((True, "Explained:"), (False, "To look at:")):
        found = [(k, names) for k, names in comparison.found.items() if k[0] == is_explained]
        if found:
            print(f"\n{title}")
        for (_, file, text), names in found:
            print(f"  {file}: {text}" + (f" ({len(names)})" if names[0] else ""))
            named = [n for n in names if n]
            for name in named if show_all else named[:3]:
                print(f"      {name}")
            if not show_all and len(named) > 3:
                print(f"      and {len(named) - 3} more: --all names them")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("a", metavar="A", help="directory, or DIR/TS")
    parser.add_argument("b", metavar="B", help="directory, or DIR/TS")
    parser.add_argument("--report", action="append", default=[], metavar="FILE",
                        help="of castor-extract-sigma, for A or B")
    parser.add_argument("--all", action="store_true", help="name every record")
    options = parser.parse_args()
    sys.setrecursionlimit(10000)
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sets = (Set("A", options.a), Set("B", options.b))
        take_reports(options.report, sets)
        comparison = Comparison(*sets)
        comparison.summaries()
        rows = {file: comparison.file(file) for file in FILES}
    except Unusable as error:
        print(f"compare-sets: {error}", file=sys.stderr)
        return 2
    show(comparison, rows, options.all)
    left = sum(len(names) for (is_explained, _, _), names in comparison.found.items()
               if not is_explained)
    print("\nThe sets say the same." if not left else
          f"\n{left} differences that nothing explains." if left > 1 else
          "\nOne difference that nothing explains.")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
