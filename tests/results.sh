#!/bin/sh
# The object of --json and --report, of every kind of run and of every way in which one ends: one
# object on standard output and nothing else, as the schema of the program has it.
set -eu
build=${SMC_BUILD:-build}
if ! python3 -c 'import jsonschema' 2>/dev/null; then
    [ -n "${SMC_NO_SKIP:-}" ] || {
        echo '[  SKIPPED ] results: python3-jsonschema is not there: run sh .ci/deps.sh test'
        exit 0
    }
    echo '[  FAILED  ] results: python3-jsonschema is not there: run sh .ci/deps.sh test'
    exit 1
fi

. tests/stand_in.sh
export HOME="$dir" CASTOR_SIGMA_RETRIES=0 CASTOR_UPLOADER_RETRIES=0
unset XDG_CONFIG_HOME

run=''
number=0
# expect STATUS RESULT MODE NAME COMMAND...: it ends so, with this object.
expect() {
    number=$((number + 1))
    printf '%s\t%s\t%s\t%s\t%s\n' "$number" "$1" "$2" "$3" "$4" >>"$dir/cases"
    shift 4
    ended=0
    "$@" >"$dir/$number.json" 2>"$dir/$number.log" || ended=$?
    echo "$ended" >"$dir/$number.status"
}
# The same of the report that the last one has written, if it was to.
report() { # report STATUS RESULT MODE NAME
    number=$((number + 1))
    printf '%s\t%s\t%s\t%s\t%s\n' "$number" "$1" "$2" "$3" "report: $4" >>"$dir/cases"
    echo "$1" >"$dir/$number.status"
    mv "$dir/report" "$dir/$number.json" || true
}
# stopped COMMAND...: stops it by SIGTERM once its log has said "$cue".
stopped() {
    rm -f "$dir/log"
    mkfifo "$dir/log"
    ( # which becomes the program, so that the signal is its own
        # shellcheck disable=SC2030
        run='exec'
        "$@" 2>"$dir/log"
    ) &
    stopping=$!
    while read -r line; do
        case $line in *"$cue"*)
            cue='once is enough'
            kill -TERM "$stopping"
            ;;
        esac
    done <"$dir/log"
    wait "$stopping"
}

# ---- castor-extract-sigma ----
stand_in --workbooks 3
# shellcheck disable=SC2031  # meant so
extract() {
    $run "$build/castor-extract-sigma" -H "$url" -c sim-client -a sim-secret -o "$dir/out" --json "$@"
}
to_report="--report $dir/report"

expect 0 ok status 'status before any run' extract --status
expect 0 ok check 'a check' extract --check
expect 0 ok run 'a partial set' extract --only members
# shellcheck disable=SC2086  # words, here and below
expect 0 gaps run 'a set with gaps' extract --max-gaps 100% $to_report
report 0 gaps run 'a set with gaps'
# shellcheck disable=SC2086
expect 0 gaps run 'changes since the last set, answers reused' extract --max-gaps 100% --incremental $to_report
report 0 gaps run 'changes since the last set, answers reused'
expect 6 gaps run 'gaps that fail' extract --max-gaps 100% --fail-on-gaps
# shellcheck disable=SC2086
expect 6 degraded run 'a degraded set' extract --max-gaps 0 $to_report
report 6 degraded run 'a degraded set'
# shellcheck disable=SC2086
expect 3 failed run 'a login that fails' extract -a wrong $to_report
report 3 failed run 'a login that fails'
expect 0 ok status 'status after a failure' extract --status
expect 3 failed check 'a check that fails' extract --check -a wrong
expect 2 failed run 'an unknown option, before --json' \
    "$build/castor-extract-sigma" --bogus -H "$url" --json
expect 2 failed run 'an unknown option, and --json by variable' \
    env CASTOR_SIGMA_JSON=true "$build/castor-extract-sigma" --bogus
expect 2 failed run 'nothing that is required' "$build/castor-extract-sigma" --json
expect 2 failed check 'a check without what is required' "$build/castor-extract-sigma" --json --check
expect 2 failed status 'status without a directory' "$build/castor-extract-sigma" --json --status
expect 2 failed run 'a host that is the app' extract -H app.sigmacomputing.com
expect 2 failed run 'a password in the host' extract -H https://me:precious@example.com
expect 2 failed run 'the report to standard output' extract --report -
expect 2 failed run 'the page to standard output' extract --html /dev/stdout
expect 2 failed run '--show-config' extract --show-config
expect 2 failed run 'a profile without a file' extract --profile acme
expect 4 failed run 'nobody listens' extract -H http://127.0.0.1:1
expect 4 failed check 'a check where nobody listens' extract --check -H http://127.0.0.1:1
expect 5 failed run 'a directory that cannot be' extract -o /dev/null/x
expect 5 failed run 'a log that cannot be' extract --log-file /dev/null/x
expect 5 failed run 'a report that cannot be' extract --report /dev/null/x
expect 5 failed run 'a full report' extract --max-gaps 100% --report /dev/full
expect 5 failed run 'a secret that is not there' \
    "$build/castor-extract-sigma" -H "$url" -c sim-client --api-token-file "$dir/none" -o "$dir/out" --json
expect 0 ok page 'a page of a set' extract --from "$dir/out" --html "$dir/page.html"
stand_in --workbooks 3 --fault call=elements,do=stall
cue='Fetched page 1 / 3 results (workbooks)'
# shellcheck disable=SC2086
expect 143 interrupted run 'a run that is stopped' stopped extract $to_report
report 143 interrupted run 'a run that is stopped'
echo broken >"$dir/out/.sigmacat/status.json"
expect 5 failed status 'status that cannot be read' extract --status

# ---- castor-upload ----
stand_in --fault call=upload,object=b.json,do=status:400 --fault call=upload,object=s.json,do=stall
source=01234567-89ab-cdef-0123-456789abcdef
# shellcheck disable=SC2031  # meant so
upload() {
    $run "$build/castor-upload" --endpoint "$url" -k sim-token -s "$source" -t VIZ --json "$@"
}
mkdir "$dir/good" "$dir/bad" "$dir/slow" "$dir/empty"
echo '[1, 2]' | tee "$dir/good/a.json" "$dir/good/c.json" "$dir/bad/a.json" "$dir/bad/b.json" \
    "$dir/slow/s.json" >/dev/null

expect 0 ok list 'a list of nothing' upload --list -d "$dir/good"
expect 0 ok check 'a check' upload --check -d "$dir/good"
# shellcheck disable=SC2086
expect 0 ok dry_run 'a dry run' upload --dry-run -d "$dir/good" $to_report
report 0 ok dry_run 'a dry run'
# shellcheck disable=SC2086
expect 0 ok run 'an upload' upload -d "$dir/good" $to_report
report 0 ok run 'an upload'
expect 0 ok run 'accepted before' upload -d "$dir/good" --skip-uploaded
expect 0 ok list 'a list' upload --list -d "$dir/good"
# shellcheck disable=SC2086
expect 7 partial run 'a file that is refused' upload -d "$dir/bad" $to_report
report 7 partial run 'a file that is refused'
expect 7 failed run 'the only file is refused' upload -f "$dir/bad/b.json"
# shellcheck disable=SC2086
expect 3 failed run 'a token that is refused' upload -k wrong -d "$dir/good" $to_report
report 3 failed run 'a token that is refused'
expect 4 failed run 'nobody listens' upload -d "$dir/good" --endpoint http://127.0.0.1:1
expect 4 failed check 'a check where nobody listens' upload --check -d "$dir/good" --endpoint http://127.0.0.1:1
expect 5 failed run 'no such directory' upload -d "$dir/none"
expect 5 failed run 'nothing to send' upload -d "$dir/empty"
expect 5 failed run 'a report that cannot be' upload -d "$dir/good" --report /dev/null/x
expect 5 failed run 'a full report' upload -d "$dir/good" --report /dev/full
expect 2 failed run 'an unknown option' "$build/castor-upload" --bogus --json
expect 2 failed run 'an unknown option, and --json by variable' \
    env CASTOR_UPLOADER_JSON=true "$build/castor-upload" --bogus
expect 2 failed list 'a list of nowhere' "$build/castor-upload" --list --json
expect 2 failed dry_run 'a dry run of nothing' "$build/castor-upload" --dry-run --json
expect 2 failed run 'the report to standard output' upload -d "$dir/good" --report /dev/fd/1
expect 2 failed run '--show-config' upload -d "$dir/good" --show-config
cue='s.json'
expect 143 interrupted run 'an upload that is stopped' stopped upload -v -d "$dir/slow"

python3 tests/results.py "$dir"
