# shellcheck shell=sh
# For a script that needs a server, which reads this with `.`: makes the folder "$dir", which is gone
# at the script's end.
dir=$(mktemp -d)
sim=''
# shellcheck disable=SC2317  # at the end
clean() {
    [ -z "$sim" ] || kill "$sim" 2>/dev/null || true
    rm -rf "$dir"
}
trap clean EXIT

stand_in() { # stand_in OPTION...: starts the one of "$build", whose address is then "$url"
    mkfifo "$dir/life" "$dir/said"
    # shellcheck disable=SC2154  # the script has set it
    "$build/sigmacat-sim" --until-eof "$@" <"$dir/life" >"$dir/said" &
    sim=$!
    exec 9>"$dir/life"
    # shellcheck disable=SC2034  # the script's
    read -r _ _ url <"$dir/said"
}
