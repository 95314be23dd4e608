#!/bin/sh
# Makes the README's pictures, from real runs against the stand-in: of a terminal (run.svg) and of
# the page (page.png). Usage: sh tests/pictures.sh BUILD_DIR, from the project's folder.
set -eu
build=$(cd "${1:?usage: pictures.sh BUILD_DIR}" && pwd)
here=$PWD
out=$here/examples/pictures
work=$(mktemp -d "${TMPDIR:-/tmp}/pictures.XXXXXX")
sim=

clean_up() {
    trap - EXIT
    tmux -S "$work/tmux" kill-server 2>/dev/null || :
    [ -z "$sim" ] || kill "$sim"
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$build/sigmacat-sim" --no-odd --workbooks 300 --connections 4 --datamodels 90 --datasets 20 --files 450 \
    --members 120 --tables 375 --paths-conflict 1 --latency 30 --rate 60 --burst 60 \
    --port-file "$work/port" >/dev/null &
sim=$!
while [ ! -s "$work/port" ]; do sleep 0.1; done

# What a person types, in a folder with an older set; the host is a name of one's own there.
command='castor-extract-sigma -o sigma --keep 7 --html page.html'
cat >"$work/run.sh" <<END
export CASTOR_SIGMA_HOST=http://127.0.0.1:$(cat "$work/port") CASTOR_SIGMA_CLIENT_ID=sim-client
export CASTOR_SIGMA_API_TOKEN=sim-secret PATH="$build:\$PATH"
cd "$work"
castor-extract-sigma -q -o sigma 2>/dev/null
printf '%s\n' '\$ $command'
$command
touch ended
sleep 60
END
tmux -S "$work/tmux" -f /dev/null new-session -d -x 100 -y 30 "sh $work/run.sh"
while [ ! -e "$work/ended" ]; do sleep 0.2; done
tmux -S "$work/tmux" capture-pane -e -p >"$work/screen"
mkdir -p "$out"
"$here/build/page/bin/python" tests/page/pictures.py "$work/screen" "$work/page.html" "$out"
ls -l "$out"
