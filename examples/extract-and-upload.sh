#!/bin/sh
# Extracts a Sigma organisation and uploads the newest complete set to Catalog. For cron, a systemd
# timer or a CI job: run it as often as you like, one run at a time.
#
#   CASTOR_SIGMA_HOST           required, as castor-extract-sigma(1) has it
#   CASTOR_SIGMA_CLIENT_ID      required
#   CASTOR_UPLOADER_SOURCE_ID   required, as castor-upload(1) has it
#   CASTOR_UPLOADER_ZONE        EU (the default) or US
#   SIGMACAT_SECRETS            directory with the files api-token and catalog-token, mode 0600
#   SIGMACAT_OUTPUT             directory for the sets; keep it from run to run, since what a run
#                               has paid for and what Catalog has accepted is remembered in it
#   SIGMACAT_KEEP               sets to keep there (7)
#   SIGMACAT_TRIES              how often a step is tried when Sigma or Catalog is down (3)
#   SIGMACAT_WAIT               seconds before the second try, doubled before each further one (300)
#   SIGMACAT_METRICS            file ending in .prom, for node_exporter's textfile collector: how this
#                               chain ended; CASTOR_SIGMA_METRICS_FILE and CASTOR_UPLOADER_METRICS_FILE
#                               have what each program says of itself
#   SIGMACAT_PING_URL           address that is asked for after each success, by curl: a monitor
#                               that expects it (a "dead man's switch") raises the alarm without it
#
# With a configuration file, SIGMACAT_CONFIG or SIGMACAT_PROFILE, none of these is required: host,
# ids, secrets, output directory and what to keep are the profile's, unless given here.
#
# All other variables of both programs work too. It ends with the exit status of the step that
# failed, with 5 when another run is at work or the directory can't be used. After an extraction with
# 6 it goes on to upload and ends with 6: castor-upload passes over a degraded set, and sends one that
# only has gaps. Its last line, on standard output, is for a monitor:
# extract-and-upload: status=0 step=done seconds=12
set -eu
umask 027

secrets=${SIGMACAT_SECRETS:-/etc/sigmacat}
output=${SIGMACAT_OUTPUT:-/var/lib/sigmacat}
keep=${SIGMACAT_KEEP:-7}
tries=${SIGMACAT_TRIES:-3}
wait=${SIGMACAT_WAIT:-300}

metrics=${SIGMACAT_METRICS:-}
ping_url=${SIGMACAT_PING_URL:-}

step=start
began=$(date +%s)
extracted=0
child=
lock_dir=

# ---- the end, whichever way it comes ----

# Between double quotes, for metrics and for curl's configuration.
quoted() {
    printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}

# sample NAME HELP VALUE
sample() {
    printf '# HELP sigmacat_chain_%s %s\n# TYPE sigmacat_chain_%s gauge\nsigmacat_chain_%s{profile="%s"} %s\n' \
        "$1" "$2" "$1" "$1" "$label" "$3"
}

# The last success is what the file had, unless this is one.
write_metrics() {
    label=$(quoted "${SIGMACAT_PROFILE:-}")
    success=$(sed -n 's/^sigmacat_chain_last_success_timestamp_seconds{.*} \([0-9]*\)$/\1/p' "$metrics" 2>/dev/null) || :
    [ "$status" -ne 0 ] || success=$ended
    {
        sample last_run_timestamp_seconds 'When the last chain of extraction and upload ended.' "$ended"
        [ -z "$success" ] ||
            sample last_success_timestamp_seconds 'When the last one that ended with 0 did.' "$success"
        sample duration_seconds 'How long the last one took.' "$((ended - began))"
        sample exit_status 'Its exit status.' "$status"
    } >"$metrics.$$" && chmod 644 "$metrics.$$" && mv "$metrics.$$" "$metrics" && return
    rm -f "$metrics.$$"
    say "the metrics file $metrics can't be written"
}

# The address is as good as a password, so that it is not in the arguments of a program.
ping_monitor() {
    printf 'url = "%s"\n' "$(quoted "$ping_url")" |
        curl -q --config - --silent --show-error --fail --max-time 10 --retry 3 --output /dev/null ||
        say 'the address of SIGMACAT_PING_URL did not answer'
}

finish() {
    status=$?
    trap - EXIT
    [ -z "$lock_dir" ] || rmdir "$lock_dir"
    [ "$status" -ne 0 ] || step='done'
    ended=$(date +%s)
    [ -z "$metrics" ] || write_metrics
    [ "$status" -ne 0 ] || [ -z "$ping_url" ] || ping_monitor
    printf 'extract-and-upload: status=%d step=%s seconds=%d\n' "$status" "$step" "$((ended - began))"
    exit "$status"
}

# Ends the program that is running, and waits until it has put its things in order.
stop() {
    trap '' HUP INT TERM
    if [ -n "$child" ]; then
        kill -TERM "$child" 2>/dev/null || :
        wait "$child" || :
    fi
    exit "$1"
}

trap finish EXIT
trap 'stop 129' HUP
trap 'stop 130' INT
trap 'stop 143' TERM

say() {
    printf 'extract-and-upload: %s\n' "$*" >&2
}

# ---- what a profile says ----

# The one thing that this script has to know itself, since it locks it.
profile_output() {
    settings=$(castor-extract-sigma --show-config) || return
    directory=$(printf '%s\n' "$settings" | sed -n 's/^  output: "\([^"\\]*\)".*/\1/p')
    [ -n "$directory" ] || {
        say 'the profile names no output directory'
        return 2
    }
    printf '%s\n' "$directory"
}

take_profile() {
    step=config
    secrets=${SIGMACAT_SECRETS:-}
    keep=${SIGMACAT_KEEP:-}
    output=${SIGMACAT_OUTPUT:-}
    [ -n "$output" ] || output=$(profile_output) || exit
}

# ---- steps ----

# In the background, so that a signal is acted on at once and not when the program has ended.
run() {
    "$@" &
    child=$!
    result=0
    wait "$child" || result=$?
    child=
    return "$result"
}

# attempt NAME COMMAND...: only status 4 says that another try may do better. Returns where
# that is to be told at the end, or not at all.
attempt() {
    step=$1
    shift
    try=1
    pause=$wait
    while :; do
        outcome=0
        run "$@" || outcome=$?
        # 5:6: a degraded set leaves an older one to send, and there is none.
        case $outcome:$extracted in 0:* | 6:* | 5:6) return "$outcome" ;; esac
        if [ "$outcome" -ne 4 ] || [ "$try" -ge "$tries" ]; then
            say "$step ended with status $outcome"
            exit "$outcome"
        fi
        say "$step: try $try of $tries failed, the next one in $pause s"
        run sleep "$pause"
        try=$((try + 1))
        pause=$((pause * 2))
    done
}

# ---- one run at a time ----

take_lock() {
    step=lock
    mkdir -p "$output" || exit 5
    [ -d "$output/.sigmacat" ] || mkdir -m 700 "$output/.sigmacat" || exit 5
    if command -v flock >/dev/null 2>&1; then
        # Held by this shell and what it starts; the system gives it back, however they end.
        exec 9>"$output/.sigmacat/chain.lock" || exit 5
        flock -n 9 || {
            say "another run is at work in $output"
            exit 5
        }
    else
        mkdir "$output/.sigmacat/chain.lock.d" || {
            say "another run is at work in $output, or was killed: then remove that directory"
            exit 5
        }
        lock_dir=$output/.sigmacat/chain.lock.d
    fi
}

[ -z "${SIGMACAT_CONFIG:-}${SIGMACAT_PROFILE:-}" ] || take_profile
take_lock
attempt extract castor-extract-sigma ${secrets:+--api-token-file "$secrets/api-token"} \
    --output "$output" ${keep:+--keep "$keep"} || extracted=$?
attempt upload castor-upload ${secrets:+--token-file "$secrets/catalog-token"} --file_type VIZ \
    --directory_path "$output" --latest --skip-uploaded || :
if [ "$extracted" -ne 0 ]; then
    step=extract
    say 'the extraction has gaps: its report names them'
    exit "$extracted"
fi
