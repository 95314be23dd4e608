#!/usr/bin/env python3
"""Holds what tests/results.sh has got, in the directory that is named, to the programs' schemas; and
the schemas to what is expected of them."""
import json
import os
import sys

from jsonschema import Draft202012Validator

SCHEMAS = {
    "castor-extract-sigma": ("extract/castor-extract-sigma.schema.json",
                             ("extract/castor-extract-sigma.1", "extract/sigmacat-files.5")),
    "castor-upload": ("upload/castor-upload.schema.json", ("upload/castor-upload.1",)),
}
failed = False


def tell(name, wrong):
    global failed
    failed = failed or bool(wrong)
    print("[%s] %s" % ("  FAILED  " if wrong else "       OK ", name))
    for line in wrong:
        print("    " + line)


def objects(schema):
    """Each part of it that describes an object's members."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and "required" in schema:
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def judge_schema(path, pages):
    """It is one, is strict, describes each member, and the manual pages have each."""
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    wrong = []
    Draft202012Validator.check_schema(schema)
    text = "".join(open(page, encoding="utf-8").read() for page in pages)
    words = set(text.replace(",", " ").replace(".", " ").split())
    closed = [schema.get("additionalProperties", schema.get("unevaluatedProperties"))]
    for part in objects(schema):
        if part is not schema and "type" in part:
            closed.append(part.get("additionalProperties"))
        if set(part["required"]) != set(part["properties"]):
            wrong.append("a member that may be left out: %s" % (set(part["properties"]) - set(part["required"])))
        for name, member in part["properties"].items():
            if not member.get("description", "").strip():
                wrong.append("%s: no description" % name)
            if name not in words:
                wrong.append("%s: not in %s" % (name, " or ".join(pages)))
    if any(value is not False for value in closed):
        wrong.append("an object that may have other members")
    tell(path, wrong)
    return Draft202012Validator(schema)


def empty_texts(value, at="$"):
    if value == "":
        yield at
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from empty_texts(part, "%s.%s" % (at, key))


def judge(folder, validators, number, status, result, mode):
    with open(os.path.join(folder, number + ".json"), encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(folder, number + ".status"), encoding="utf-8") as file:
        ended = file.read().strip()
    try:
        found = json.loads(text)
    except ValueError as why:
        return ["status %s, not one JSON value: %s: %r" % (ended, why, text[:200])]
    wrong = ["%s: %s" % (error.json_path, error.message[:200])
             for error in validators[found.get("program")].iter_errors(found)]
    want = {"exit_status": int(status), "result": result, "mode": mode}
    wrong += ["%s: %r instead of %r" % (name, found.get(name), value)
              for name, value in want.items() if found.get(name) != value]
    wrong += ["an empty text: " + at for at in empty_texts(found)]
    if ended != status:
        wrong.append("exit status %s instead of %s" % (ended, status))
    if (found.get("error") is None) != (status == "0"):
        wrong.append("error: %r" % found.get("error"))
    if "precious" in text:
        wrong.append("a password is told")
    return wrong


def main():
    folder = sys.argv[1]
    validators = {program: judge_schema(*where) for program, where in SCHEMAS.items()}
    with open(os.path.join(folder, "cases"), encoding="utf-8") as cases:
        for line in cases:
            number, status, result, mode, name = line.rstrip("\n").split("\t")
            wrong = judge(folder, validators, number, status, result, mode)
            log = os.path.join(folder, number + ".log")
            if wrong and os.path.exists(log):
                with open(log, encoding="utf-8", errors="replace") as file:
                    wrong += ["log: " + text for text in file.read().splitlines()[-5:]]
            tell("%s (%s)" % (name, mode), wrong)
    sys.exit(failed)


main()
