#!/bin/sh
# Asks the newest set of a folder that has field_lineage, with SQLite's program.
#
#   sh ask.sh sigma where-from document='Sales Overview' column=Sum
#   sh ask.sh sigma who-reads table=DB.SALES.ORDERS column=AMT
#   sh ask.sh sigma who-owns table=DB.SALES.ORDERS
#
# The first is the folder that castor-extract-sigma --with field_lineage writes to, the second one
# of the .sql files beside this one, the rest is what that asks for. ASK_MODE is how the answer looks:
# box, csv, json and the like.
set -eu

fail() {
    printf 'ask: %s\n' "$*" >&2
    exit 1
}

[ $# -ge 3 ] || fail 'usage: ask.sh FOLDER QUESTION NAME=VALUE...'
here=$(dirname "$0")
folder=$1
query=$here/$2.sql
shift 2
[ -f "$query" ] || fail "$query: no such question"
command -v sqlite3 >/dev/null || fail 'sqlite3 is not installed'

# The summary is written last: what has one is whole.
set=
for file in "$folder"/*-field_lineage.json; do
    [ ! -f "${file%-field_lineage.json}-summary.json" ] || set=${file%-field_lineage.json}
done
[ -n "$set" ] || fail "$folder: no set with field_lineage"

for pair in "$@"; do
    case $pair in
    *=*) ;;
    *) fail "$pair: not NAME=VALUE" ;;
    esac
    grep -qF "name = '${pair%%=*}')" "$query" ||
        fail "${pair%%=*}: $(basename "$query" .sql) does not ask for it"
done

quote() { # as a text of SQL
    printf "'%s'" "$(printf '%s' "$1" | sed "s/'/''/g")"
}

answer=$({
    echo '.bail on'
    # shellcheck disable=SC2016  # SQLite's own $set
    printf '.parameter set $set "%s"\n' "$(quote "$set" | sed 's/["\\]/\\&/g')"
    cat "$here/sqlite.sql"
    for pair in "$@"; do
        printf 'INSERT INTO ask VALUES (%s, %s);\n' "$(quote "${pair%%=*}")" "$(quote "${pair#*=}")"
    done
    echo '.headers on'
    echo ".mode ${ASK_MODE:-box}"
    cat "$query"
} | sqlite3 -batch :memory:)
if [ -n "$answer" ]; then
    printf '%s\n' "$answer"
else
    echo 'ask: nothing is known of that, or a name is misspelled' >&2
fi
