#!/bin/sh
# What --metrics-file writes, of runs that end well and of others, and the alerts of
# examples/prometheus: held by promtool, which .ci/deps.sh could fetch. Without it they are left out,
# or it is a failure where SMC_NO_SKIP says so.
set -eu
promtool=build/promtool/usr/bin/promtool
build=${SMC_BUILD:-build}
if [ ! -x "$promtool" ]; then
    [ -n "${SMC_NO_SKIP:-}" ] || {
        echo '[  SKIPPED ] promtool: it is not there: run sh .ci/deps.sh promtool'
        exit 0
    }
    echo '[  FAILED  ] promtool: it is not there: run sh .ci/deps.sh promtool'
    exit 1
fi

dir=$(mktemp -d)
sim=''
# shellcheck disable=SC2317  # at the end
clean() {
    [ -z "$sim" ] || kill "$sim" 2>/dev/null || true
    rm -rf "$dir"
}
trap clean EXIT
status=0

say() { # say WORD NAME
    echo "[ $1 ] $2"
    [ "$1" = '      OK' ] || status=1
}

run() { # run STATUS NAME OPTION...: a run that ends so, and its file
    expected=$1
    name=$2
    shift 2
    rm -f "$dir/sigma.prom"
    ended=0
    CASTOR_SIGMA_API_TOKEN=sim-secret "$build/castor-extract-sigma" -H "$url" -c sim-client \
        -o "$dir/out" --retries 0 --metrics-file "$dir/sigma.prom" "$@" >"$dir/log" 2>&1 || ended=$?
    if [ "$ended" = "$expected" ] && "$promtool" check metrics <"$dir/sigma.prom" >>"$dir/log" 2>&1 &&
        grep -q "^castor_extract_sigma_exit_status{.*} $expected\$" "$dir/sigma.prom"; then
        say '      OK' "metrics: $name"
    else
        say '  FAILED ' "metrics: $name: status $ended"
        cat "$dir/log"
    fi
}

mkfifo "$dir/life" "$dir/said"
"$build/sigmacat-sim" --workbooks 4 --until-eof <"$dir/life" >"$dir/said" &
sim=$!
exec 9>"$dir/life"
read -r _ _ url <"$dir/said"

run 0 'a run that ends well' --max-gaps 100%
grep -q '^castor_extract_sigma_records{.*asset="workbooks"} 4$' "$dir/sigma.prom" || say '  FAILED ' 'metrics: records'
run 6 'gaps' --fail-on-gaps
run 3 'a wrong secret' --api-token wrong
grep -q '^castor_extract_sigma_last_success_timestamp_seconds{' "$dir/sigma.prom" || say '  FAILED ' 'metrics: last success'
run 5 'a state that another has' --state "$dir/log"

for check in 'check rules examples/prometheus/sigmacat.rules.yml' 'test rules examples/prometheus/sigmacat.rules.test.yml'; do
    # shellcheck disable=SC2086  # words
    if "$promtool" $check >"$dir/log" 2>&1; then
        say '      OK' "$check"
    else
        say '  FAILED ' "$check"
        cat "$dir/log"
    fi
done
exit $status
