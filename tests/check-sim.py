#!/usr/bin/env python3
"""check-sim.py OPENAPI SIM_PROGRAM: holds the stand-in's answers against Sigma's description.

Starts the program with several seeds, with odd values on and off, asks every kind of call (every
page of it), and validates each answer with the response schema. What practice shows and the
description does not have is known by name below; it is left out and counted, nothing else is."""
import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

import jsonschema

# kind of call -> rows that the description does not have, but Sigma sends
UNDESCRIBED = {
    "/v2/files": lambda row: set(row) == {"code", "message", "requestId"},
    "/v2/workbooks/{workbookId}/sources": lambda row: row.get("inodeId") is None,
    "/v2/workbooks/{workbookId}/elements": lambda row: row.get("type", "") is None,
    "/v2/dataModels/{dataModelId}/sources": lambda row: not row.keys() & {
        "tableId", "datasetId", "dataModelId", "customSqlId"} or row.get("tableId", "") is None,
    "/v2/dataModels/{dataModelId}/lineage": lambda row: row.get("type") in (
        None, "tomorrows-type") or row["type"] == "element" and row.get("dataSourceIds") is None,
    "/v2/teams": lambda row: row["visibility"] is None,
    "/v2/workbooks/{workbookId}/pages/{pageId}/elements": lambda row: row.get("type", "") is None,
    "/v2/workbooks/{workbookId}/columns": lambda row: row["formula"] is None,
    "/v2/dataModels/{dataModelId}/columns": lambda row: None in (row["formula"], row["elementId"]),
}
KNOWN_SOURCES = ("table", "dataset", "data-model", "custom-sql")


def is_undescribed(template, row):
    if template.endswith("/sources") and row.get("type") not in KNOWN_SOURCES:
        return True
    known = UNDESCRIBED.get(template)
    if template == "/v2/workbooks/{workbookId}/sources":
        return row.get("type") in ("table", "dataset") and known(row)
    return bool(known and known(row))


class Sim:
    """One running program and a token for it."""

    def __init__(self, program, args):
        self.process = subprocess.Popen(
            [program, "--until-eof", *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.url = self.process.stdout.readline().decode().split()[-1]
        form = {"grant_type": "client_credentials", "client_id": "sim-client",
                "client_secret": "sim-secret"}
        self.token_answer = self.open("/v2/auth/token", urllib.parse.urlencode(form).encode())
        self.token = self.token_answer["access_token"]

    def open(self, path, data=None):
        request = urllib.request.Request(self.url + path, data=data)
        if data is None:
            request.add_header("Authorization", "Bearer " + self.token)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(30)


class Check:
    def __init__(self, document):
        self.document = document
        self.resolver = jsonschema.RefResolver.from_schema(document)
        self.passed = 0
        self.failed = 0
        self.left_out = 0

    def result(self, good, text):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print("FAIL", text[:600])

    def answer(self, template, answer, where, method="get"):
        schema = self.document["paths"][template][method]["responses"]["200"]["content"][
            "application/json"]["schema"]
        validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
        rows = answer if isinstance(answer, list) else answer.get("entries")
        if rows:
            strict = [row for row in rows if not is_undescribed(template, row)]
            self.left_out += len(rows) - len(strict)
            rows[:] = strict
        error = jsonschema.exceptions.best_match(validator.iter_errors(answer))
        self.result(error is None,
                    f"{where}: {error and error.json_path}: {error and error.message}")

    def pages(self, sim, template, path, size, token=False):
        """All pages; returns all rows as they came."""
        rows = []
        name, limit, following = ("pageToken", "pageSize", "nextPageToken") if token else (
            "page", "limit", "nextPage")
        cursor = None
        while True:
            query = {limit: size}
            if cursor is not None:
                query[name] = cursor
            where = path + "?" + urllib.parse.urlencode(query)
            answer = sim.open(where)
            rows += answer["entries"]
            cursor = answer.get(following)
            total = answer.get("total")
            self.answer(template, answer, where)
            if cursor is None:
                self.result(total is None or total == len(rows), f"{where}: total {total}")
                return rows


def ids(rows, name, count=8):
    return [row[name] for row in rows if name in row][:count]


# What the description that is at hand does not have: rows, and the members that they must have.
STAMPS = {"createdBy", "updatedBy", "createdAt", "updatedAt"}
REPORT = {"reportId", "reportUrlId", "name", "url", "path", "latestVersion", "ownerId"} | STAMPS
SPEC = {"dataModelId", "name", "url", "documentVersion", "latestDocumentVersion", "ownerId",
        "folderId", "schemaVersion", "kind", "pages"} | STAMPS


def check_members(check, rows, members, where):
    for row in rows:
        check.result(members <= row.keys(), f"{where}: lacks {members - row.keys()}")


def check_object(check, where, call):
    """Some workbooks and models answer 400, which is not described but common."""
    try:
        call()
    except urllib.error.HTTPError as error:
        body = json.loads(error.read())
        check.result(error.code == 400 and body["code"] == "invalid_request", f"{where}: {body}")


def check_extras(check, sim, size, lists, tables):
    for name in ("/v2/teams", "/v2/tags", "/v2/workspaces", "/v2/grants"):
        lists[name] = check.pages(sim, name, name, size)
    for team in ids(lists["/v2/teams"], "teamId"):
        check.pages(sim, "/v2/teams/{teamId}/members", f"/v2/teams/{team}/members", size)
    for wid in ids(lists["/v2/workbooks"], "workbookId"):
        at = f"/v2/workbooks/{wid}"
        pages = check.pages(sim, "/v2/workbooks/{workbookId}/pages", f"{at}/pages", size)
        for page in pages:
            check.pages(sim, "/v2/workbooks/{workbookId}/pages/{pageId}/elements",
                        f"{at}/pages/{page['pageId']}/elements", size)
        check.pages(sim, "/v2/workbooks/{workbookId}/queries", f"{at}/queries", size)
        for part in ("columns", "lineage", "controls"):
            check_object(check, f"{at}/{part}", lambda part=part, at=at: check.pages(
                sim, "/v2/workbooks/{workbookId}/" + part, f"{at}/{part}", size))
    for mid in ids(lists["/v2/dataModels"], "dataModelId"):
        at = f"/v2/dataModels/{mid}"
        check.pages(sim, "/v2/dataModels/{dataModelId}/elements", f"{at}/elements", size)
        check_object(check, f"{at}/columns", lambda at=at: check.pages(
            sim, "/v2/dataModels/{dataModelId}/columns", f"{at}/columns", size))
        check_members(check, [sim.open(f"{at}/spec")], SPEC, f"{at}/spec")
    reports = sim.open("/v2/reports?limit=1000")
    check.result(reports["total"] == len(reports["entries"]), "/v2/reports: total")
    check_members(check, reports["entries"], REPORT, "/v2/reports")
    for rid in ids(reports["entries"], "reportId"):
        check.answer("/v2/workbooks/{workbookId}/sources", sim.open(f"/v2/reports/{rid}/sources"),
                     f"sources of report {rid}")
    for tid in sorted(tables):
        try:
            check.pages(sim, "/v2/connections/tables/{tableId}/columns",
                        f"/v2/connections/tables/{tid}/columns", size, True)
        except urllib.error.HTTPError as error:
            check.result(error.code in (404, 409), f"columns of {tid}: {error}")


def check_calls(check, sim, size):
    check.answer("/v2/auth/token", sim.token_answer, "token", "post")
    check.answer("/v2/whoami", sim.open("/v2/whoami"), "whoami")
    lists = {name: check.pages(sim, name, name, size) for name in (
        "/v2/connections", "/v2/workbooks", "/v2/dataModels", "/v2/datasets", "/v2/files",
        "/v2/members", "/v2/connections/paths")}
    tables = set()
    for wid in ids(lists["/v2/workbooks"], "workbookId"):
        answer = sim.open(f"/v2/workbooks/{wid}/sources")
        tables |= {s.get("inodeId") for s in answer if s.get("type") == "table"}
        check.answer("/v2/workbooks/{workbookId}/sources", answer, f"sources of {wid}")
        check.pages(sim, "/v2/workbooks/{workbookId}/elements", f"/v2/workbooks/{wid}/elements",
                    size)
    for mid in ids(lists["/v2/dataModels"], "dataModelId"):
        check.pages(sim, "/v2/dataModels/{dataModelId}/sources", f"/v2/dataModels/{mid}/sources",
                    min(size, 500), True)
        check.pages(sim, "/v2/dataModels/{dataModelId}/lineage", f"/v2/dataModels/{mid}/lineage",
                    size)
    for did in ids(lists["/v2/datasets"], "datasetId"):
        check.answer("/v2/datasets/{datasetId}/sources", sim.open(f"/v2/datasets/{did}/sources"),
                     f"sources of {did}")
    for tid in tables - {None}:
        try:
            answer = sim.open(f"/v2/connections/paths/{tid}")
            check.answer("/v2/connections/paths/{inodeId}", answer, f"path of {tid}")
        except urllib.error.HTTPError as error:
            check.result(error.code in (404, 409), f"path of {tid}: {error}")
    check_extras(check, sim, size, lists, tables - {None})


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: check-sim.py OPENAPI SIM_PROGRAM")
    with open(sys.argv[1], encoding="utf-8") as file:
        check = Check(json.load(file))
    for seed in (1, 2, 77):
        for args in ([], ["--no-undescribed"], ["--no-odd"], ["--columns", "40"],
                     ["--columns", "40", "--no-undescribed"]):
            sim = Sim(sys.argv[2], ["--seed", str(seed), "--workbooks", "130", "--files", "300",
                                    "--elements", "20", "--lineage", "40", *args])
            before = check.left_out
            for size in (1000, 17):
                check_calls(check, sim, size)
            if args and args[0] != "--columns" or "--no-undescribed" in args:
                check.result(check.left_out == before, f"{args}: undescribed rows")
            check.result(sim.stop() == 0, "exit status")
    print(f"{check.left_out} rows that the description does not have were left out")
    print(f"{check.passed} passed, {check.failed} failed")
    sys.exit(1 if check.failed or not check.passed else 0)


if __name__ == "__main__":
    main()
