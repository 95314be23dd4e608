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
#
# With a configuration file, SIGMACAT_CONFIG or SIGMACAT_PROFILE, none of these is required: host,
# ids, secrets, output directory and what to keep are the profile's, unless given here.
#
# All other variables of both programs work too. It ends with the exit status of the step that
# failed, with 5 when another run is at work or the directory can't be used. Its last line, on
# standard output, is for a monitor: extract-and-upload: status=0 step=done seconds=12
set -eu
umask 027

secrets=${SIGMACAT_SECRETS:-/etc/sigmacat}
output=${SIGMACAT_OUTPUT:-/var/lib/sigmacat}
keep=${SIGMACAT_KEEP:-7}
tries=${SIGMACAT_TRIES:-3}
wait=${SIGMACAT_WAIT:-300}

step=start
began=$(date +%s)
child=
lock_dir=

# ---- the end, whichever way it comes ----

finish() {
    status=$?
    trap - EXIT
    [ -z "$lock_dir" ] || rmdir "$lock_dir"
    [ "$status" -ne 0 ] || step='done'
    printf 'extract-and-upload: status=%d step=%s seconds=%d\n' \
        "$status" "$step" "$(($(date +%s) - began))"
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

# attempt NAME COMMAND...: only status 4 says that another try may do better.
attempt() {
    step=$1
    shift
    try=1
    pause=$wait
    while :; do
        outcome=0
        run "$@" || outcome=$?
        [ "$outcome" -ne 0 ] || return 0
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
    --output "$output" ${keep:+--keep "$keep"}
attempt upload castor-upload ${secrets:+--token-file "$secrets/catalog-token"} --file_type VIZ \
    --directory_path "$output" --latest --skip-uploaded
