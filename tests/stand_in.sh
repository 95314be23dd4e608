# shellcheck shell=sh
# For a script that needs a server, which reads this with `.`: makes the folder "$dir", which is gone
# at the script's end.
dir=$(mktemp -d)
sims=''
# shellcheck disable=SC2317  # at the end
clean() {
    # shellcheck disable=SC2086  # a list of numbers
    [ -z "$sims" ] || kill $sims 2>/dev/null || true
    rm -rf "$dir"
}
trap clean EXIT

stand_in() { # stand_in OPTION...: starts one of "$build", whose address is then "$url"
    [ -p "$dir/life" ] || mkfifo "$dir/life" "$dir/said"
    # shellcheck disable=SC2154  # the script has set it
    "$build/sigmacat-sim" --until-eof "$@" <"$dir/life" >"$dir/said" 9>&- &
    sims="$sims $!"
    exec 9>"$dir/life"
    # shellcheck disable=SC2034  # the script's
    read -r _ _ url <"$dir/said"
}
