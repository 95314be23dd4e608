#!/bin/sh
# The demo: a Sigma organisation, played by the stand-in, is extracted and uploaded, and what
# arrived is compared with what was written. Usage: sh tests/demo.sh BUILD_DIR
# Ends with 0 only if all held. Leaves the run's page in BUILD_DIR and nothing else, also when it is
# interrupted.
set -eu

SOURCE_ID=01234567-89ab-4cde-8f01-23456789abcd
NAMES='connections workbooks workbook_sources datamodels datamodel_sources datamodel_lineage
       datasets dataset_sources files members elements summary'

fail() {
    printf 'demo: %s\n' "$*" >&2
    exit 1
}

[ $# -eq 1 ] || fail 'usage: sh tests/demo.sh BUILD_DIR'
build=$(cd "$1" && pwd) || fail "$1: no such directory"
for program in sigmacat-sim castor-extract-sigma castor-upload; do
    [ -x "$build/$program" ] || fail "$build/$program is missing: run make first"
done

# ---- the end, whichever way it comes ----

work=
running= # process ids, of ours only

clean_up() {
    status=$?
    trap - EXIT
    trap '' HUP INT TERM
    for pid in $running; do
        kill -TERM "$pid" 2>/dev/null || :
    done
    wait
    [ -z "$work" ] || rm -rf "$work"
    exit "$status"
}

trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- what the steps need ----

# Settings of the user's own must not leak in.
settings=$(env | sed -n 's/^\([Cc][Aa][Ss][Tt][Oo][Rr]_[A-Za-z0-9_]*\)=.*/\1/p')
for name in $settings CURL_CA_BUNDLE REQUESTS_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR; do
    unset "$name"
done

# Keeps a log and shows the lines that a person follows a run by; the rest is in the table.
show_log() {
    while IFS= read -r line; do
        printf '%s\n' "$line" >&3
        case $line in
        *' - GET('* | *' - Fetched page '* | *' - Wrote output file: '*) ;;
        *' - Gap: '* | *' - Uploaded '* | *' - Passed over '*) ;;
        *) printf '  %s\n' "$line" ;;
        esac
    done 3>"$1"
}

# step NAME COMMAND...: says the command, runs it with its log shown, and fails where it fails.
# In the background, so that a signal is acted on at once and not when the tool has ended.
step() {
    step=$1
    program=$2
    shift 2
    printf '\n$ %s\n' "$program $*"
    mkfifo "$step.pipe"
    show_log "$step.log" <"$step.pipe" &
    shower=$!
    running="$sim $shower"
    "$build/$program" "$@" 2>"$step.pipe" &
    tool=$!
    running="$sim $shower $tool"
    status=0
    wait "$tool" || status=$?
    wait "$shower"
    running=$sim
    [ "$status" -eq 0 ] && return
    cat "$step.log" >&2
    fail "$step ended with status $status; its whole log is above"
}

# What the summary says of a file, as "RECORDS BYTES".
counts_of() {
    tr -d ' \n' <"$summary" | tr '}' '\n' |
        sed -n "s/.*\"$1\":{\"records\":\([0-9]*\),\"bytes\":\([0-9]*\)\$/\1 \2/p"
}

# ---- the stand-in ----

work=$(mktemp -d "${TMPDIR:-/tmp}/sigmacat-demo.XXXXXX")
cd "$work"
mkdir received
mkfifo sim.out
"$build/sigmacat-sim" --port 0 --workbooks 300 --connections 12 --datamodels 90 --datasets 60 \
    --files 450 --members 120 --tables 375 --paths-conflict 1 --latency 30 --rate 60 --burst 60 \
    --columns 15 --save received --stats-at-end >sim.out &
sim=$!
running=$sim
# Its first line says that it is ready; reading it waits for no longer than that.
exec 4<sim.out
IFS= read -r line <&4 || fail 'the stand-in did not start'
url=${line#listening on }
[ "$url" != "$line" ] || fail "the stand-in said: $line"

printf 'Sigma and Catalog are played by %s at %s:\n' sigmacat-sim "$url"
printf '300 workbooks, 30 ms a call, no more than 60 calls a second.\n'

# ---- extract, upload ----

export CASTOR_SIGMA_HOST="$url" CASTOR_SIGMA_CLIENT_ID=sim-client CASTOR_SIGMA_API_TOKEN=sim-secret
step extract castor-extract-sigma --output sigma --html "$build/demo-report.html"

export CASTOR_UPLOADER_TOKEN=sim-token CASTOR_UPLOADER_SOURCE_ID="$SOURCE_ID"
began=$(date +%s)
step upload castor-upload -t VIZ -d sigma --endpoint "$url"
upload_time=$(($(date +%s) - began + 1))

kill -TERM "$sim"
IFS= read -r stats <&4 || fail 'the stand-in told nothing at its end'
wait "$sim" || fail "the stand-in ended with status $?"
running=

# ---- what came of it ----

summary=$(find sigma -name '*-summary.json')
[ -f "$summary" ] || fail "one summary is expected, and there is: ${summary:-none}"
set=${summary%summary.json}

printf '\n%-36s %9s %11s  %s\n' File Records Bytes Received
different=0
for name in $NAMES; do
    file=$set$name.json
    [ -f "$file" ] || fail "$file was not written"
    bytes=$(($(wc -c <"$file")))
    counts=$(counts_of "$name")
    [ "$name" != summary ] || counts="- $bytes"
    [ "${counts#* }" = "$bytes" ] || fail "$file: $bytes bytes, and the summary says: $counts"
    state=identical
    # The stand-in writes an upload to its path, with _ for the slash.
    if ! cmp "$file" "received/visualization-${SOURCE_ID}_${file#sigma/}" >&2; then
        state=DIFFERENT
        different=$((different + 1))
    fi
    printf '%-36s %9s %11s  %s\n' "${file#sigma/}" "${counts% *}" "$bytes" "$state"
done
written=$(find sigma -maxdepth 1 -name '*.json*' | wc -l)
received=$(find received -type f | wc -l)

# "Done in 13.9 s with 894 calls, ..." and, where there are gaps, a last line on them.
time=$(sed -n 's/.* - Done in \([0-9.]* s\) .*/\1/p' extract.log)
gaps=$(sed -n 's/^WARNING - \(The set is published with .*\)/\1/p' extract.log)
calls=$(printf '%s\n' "$stats" | tr , '\n' | awk -F: '
    /"all":/ { all += $NF }
    /^"refusals":/ { refused = $2 + 0 }
    /^"uploads":/ { uploads = $2 + 0 }
    END { printf "%d to Sigma, %d of them refused (429) and made again; %d uploads",
                 all - uploads, refused, uploads }')

printf '\nCalls     %s\n' "$calls"
printf 'Time      %s to extract, at most %d s to upload\n' "$time" "$upload_time"
printf 'Gaps      %s\n' "${gaps:-none}"
[ -z "$gaps" ] || printf '          (the stand-in has tables that are gone, as real organisations do)\n'

[ "$different" -eq 0 ] || fail "$different of 12 files did not arrive as they were written"
[ "$((written))" -eq 12 ] || fail "12 files are expected, and $((written)) were written"
[ "$((received))" -eq 12 ] || fail "12 files are expected, and $((received)) were received"
printf 'Received  all 12 files, byte for byte what was written\n'
printf 'Report    %s: open it in a browser\n' "$build/demo-report.html"
