#!/bin/sh
# examples/migrating/compare-sets.py: on two sets of one organisation, on one with gaps, and on copies
# that were changed: see migrating.py.
set -eu
build=${SMC_BUILD:-build}
. tests/stand_in.sh
export HOME="$dir"
unset XDG_CONFIG_HOME

extract() { # extract NAME OPTION...: a set and its report
    name=$1
    shift
    "$build/castor-extract-sigma" -H "$url" -c sim-client -a sim-secret -o "$dir/$name" -q --retries 0 \
        --max-gaps 100% --report "$dir/$name.json" "$@" 2>"$dir/log" || {
        echo "[  FAILED  ] migrating: the extraction of $name"
        cat "$dir/log"
        exit 1
    }
}

stand_in --workbooks 12 --datamodels 4
extract strange
stand_in --no-odd --workbooks 30 --datamodels 8 --datasets 6
extract one
stand_in --no-odd --workbooks 30 --datamodels 8 --datasets 6 --fault 'call=workbook_sources,object=2,do=status:404' \
    --fault 'call=elements,object=3,do=status:404' --fault 'call=path,do=status:404' \
    --fault 'call=paths,do=status:404' --fault 'call=datasets,do=status:404'
extract gaps
stand_in --no-odd --workbooks 30 --datamodels 8 --datasets 6
extract two

python3 tests/migrating.py "$dir"
