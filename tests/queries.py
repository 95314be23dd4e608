"""A question of examples/queries, asked DuckDB, as CSV. Usage: queries.py SET QUESTION NAME=VALUE..."""
import csv
import sys

import duckdb

FOLDER = "examples/queries/"


def main():
    base, question, *asked = sys.argv[1:]
    db = duckdb.connect()
    db.execute("SET VARIABLE set = '" + base.replace("'", "''") + "'")
    with open(FOLDER + "duckdb.sql", encoding="utf-8") as f:
        db.execute(f.read())
    for pair in asked:
        db.execute("INSERT INTO ask VALUES (?, ?)", pair.split("=", 1))
    with open(FOLDER + question + ".sql", encoding="utf-8") as f:
        answer = db.execute(f.read())
    out = csv.writer(sys.stdout, lineterminator="\r\n")
    out.writerow([column[0] for column in answer.description])
    for row in answer.fetchall():
        out.writerow(["" if value is None else value for value in row])


main()
