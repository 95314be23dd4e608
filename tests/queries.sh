#!/bin/sh
# The questions of examples/queries, asked the small set of tests/data/queries: SQLite's program, and
# DuckDB where .ci/deps.sh could install it. Each .txt there is a question and its answer.
set -u
build=${SMC_BUILD:-build}
. tests/stand_in.sh
tmp=$dir
python=build/duckdb/bin/python
data=tests/data/queries
failed=0

check() { # check NAME: what was answered is in $tmp/got
    if cmp -s "$tmp/want" "$tmp/got"; then
        echo "[       OK ] queries: $1"
    else
        echo "[  FAILED  ] queries: $1"
        diff "$tmp/want" "$tmp/got" >&2
        cat "$tmp/err" >&2
        failed=1
    fi
}

skip() { # skip WHAT HOW: it is a failure where SMC_NO_SKIP says so
    if [ -n "${SMC_NO_SKIP:-}" ]; then
        echo "[  FAILED  ] queries: $1 is not installed: $2"
        failed=1
    else
        echo "[  SKIPPED ] queries: $1 is not installed: $2"
    fi
}

# Carriage returns are csv's; quotes differ where none is needed.
plain() { tr -d '\r"'; }

for file in "$data"/*.txt; do
    name=$(basename "$file" .txt)
    head -1 "$file" >"$tmp/question"
    tail -n +2 "$file" | plain >"$tmp/want"
    # One argument a word; a space within one is written "+".
    set -f
    # shellcheck disable=SC2046  # a list of words
    set -- $(cat "$tmp/question")
    set +f
    question=$1
    shift
    for pair in "$@"; do
        shift
        set -- "$@" "$(printf '%s' "$pair" | tr '+' ' ')"
    done
    if command -v sqlite3 >/dev/null; then
        ASK_MODE=csv sh examples/queries/ask.sh "$data" "$question" "$@" 2>"$tmp/err" | plain >"$tmp/got"
        check "$name, SQLite"
    else
        skip sqlite3 'sh .ci/deps.sh queries'
    fi
    if [ -e build/duckdb/requirements.txt ]; then
        "$python" tests/queries.py "$data/1764321000" "$question" "$@" 2>"$tmp/err" | plain >"$tmp/got"
        check "$name, DuckDB"
    else
        skip DuckDB 'sh .ci/deps.sh queries'
    fi
done

# What can't be asked.
refuse() { # refuse NAME WANT ARGUMENT...
    name=$1
    want=$2
    shift 2
    if sh examples/queries/ask.sh "$@" >"$tmp/got" 2>&1 || ! grep -q "$want" "$tmp/got"; then
        echo "[  FAILED  ] queries: $name"
        cat "$tmp/got" >&2
        failed=1
    else
        echo "[       OK ] queries: $name"
    fi
}
if command -v sqlite3 >/dev/null; then
    refuse 'no set' 'no set with field_lineage' "$tmp" who-reads table=T
    refuse 'no such question' 'no such question' "$data" who-knows table=T
    refuse 'no value' 'not NAME=VALUE' "$data" who-reads table
    refuse 'no such name' 'tabel: who-reads does not ask for it' "$data" who-reads tabel=T
    # Nothing is not an answer that one may miss: a name may be misspelled.
    if sh examples/queries/ask.sh "$data" who-reads table=T 2>&1 | grep -q 'nothing is known of that'; then
        echo '[       OK ] queries: no answer'
    else
        echo '[  FAILED  ] queries: no answer'
        failed=1
    fi
fi

# A whole estate: which warehouse columns does this workbook's column come from, and what is not
# known?
if command -v sqlite3 >/dev/null; then
    export HOME="$dir"
    unset XDG_CONFIG_HOME
    stand_in --no-odd --columns 40 --workbooks 6 --datamodels 2
    "$build/castor-extract-sigma" -H "$url" -c sim-client -a sim-secret -o "$tmp/set" \
        --log-level error --with field_lineage
    ASK_MODE=list sh examples/queries/ask.sh "$tmp/set" where-from column=Share document='Churn workbook 1' \
        >"$tmp/got" 2>"$tmp/err"
    if grep -q '|reads table|' "$tmp/got" && grep -q '|warehouse|' "$tmp/got"; then
        echo '[       OK ] queries: a whole estate'
    else
        echo '[  FAILED  ] queries: a whole estate'
        cat "$tmp/got" "$tmp/err" >&2
        failed=1
    fi
fi
exit $failed
