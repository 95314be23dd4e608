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

. tests/stand_in.sh
status=0

say() { # say WORD NAME
    echo "[ $1 ] $2"
    [ "$1" = '      OK' ] || status=1
}

ended() { # ended NAME EXPECTED STATUS PROGRAM FILE: a run that ended so, and its file
    if [ "$3" = "$2" ] && "$promtool" check metrics <"$5" >>"$dir/log" 2>&1 &&
        grep -q "^castor_$4_exit_status{.*} $2\$" "$5"; then
        say '      OK' "metrics: $1"
    else
        say '  FAILED ' "metrics: $1: status $3"
        cat "$dir/log"
    fi
}

run() { # run STATUS NAME OPTION...: an extraction
    expected=$1
    name=$2
    shift 2
    rm -f "$dir/sigma.prom"
    status_is=0
    CASTOR_SIGMA_API_TOKEN=sim-secret "$build/castor-extract-sigma" -H "$url" -c sim-client \
        -o "$dir/out" --retries 0 --metrics-file "$dir/sigma.prom" "$@" >"$dir/log" 2>&1 || status_is=$?
    ended "$name" "$expected" "$status_is" extract_sigma "$dir/sigma.prom"
}

send() { # send STATUS NAME OPTION...: an upload of what is there
    expected=$1
    name=$2
    shift 2
    rm -f "$dir/upload.prom"
    status_is=0
    CASTOR_UPLOADER_TOKEN=sim-token "$build/castor-upload" --endpoint "$url" -t VIZ -d "$dir/out" \
        -s 01234567-89ab-cdef-0123-456789abcdef --retries 0 --metrics-file "$dir/upload.prom" "$@" \
        >"$dir/log" 2>&1 || status_is=$?
    ended "$name" "$expected" "$status_is" upload "$dir/upload.prom"
}

stand_in --workbooks 4

run 0 'a run that ends well' --max-gaps 100%
grep -q '^castor_extract_sigma_records{.*asset="workbooks"} 4$' "$dir/sigma.prom" || say '  FAILED ' 'metrics: records'
run 6 'gaps' --fail-on-gaps
run 3 'a wrong secret' --api-token wrong
grep -q '^castor_extract_sigma_last_success_timestamp_seconds{' "$dir/sigma.prom" || say '  FAILED ' 'metrics: last success'
run 5 'a state that another has' --state "$dir/log"

send 0 'an upload' --latest
grep -q '^castor_upload_files{.*state="sent"} 12$' "$dir/upload.prom" || say '  FAILED ' 'metrics: files sent'
send 3 'an upload with a wrong token' --latest --token wrong
grep -q '^castor_upload_last_success_timestamp_seconds{.*organization="[0-9a-f-]*"' "$dir/upload.prom" ||
    say '  FAILED ' 'metrics: last upload that succeeded'
send 5 'an upload of nothing' -d "$dir/none"

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
