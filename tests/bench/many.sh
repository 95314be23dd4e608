#!/bin/sh
# Extracts N organisations at once, each from a stand-in of its own whose calls take 200 ms, and
# prints how long each took. Usage: sh tests/bench/many.sh N, after make. Needs GNU time.
set -eu
n=${1:?usage: many.sh N}
build=$PWD/${SMC_BUILD:-build}
dir=$(mktemp -d "${TMPDIR:-/dev/shm}/many.XXXXXX")
sims=

clean_up() {
    trap - EXIT
    # shellcheck disable=SC2086  # a list of process ids
    [ -z "$sims" ] || kill $sims
    wait
    rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for i in $(seq "$n"); do
    "$build/sigmacat-sim" --latency 200 --workbooks 100 --datamodels 10 --datasets 4 --files 200 \
        --members 20 --tables 40 --port-file "$dir/port$i" >/dev/null &
    sims="$sims $!"
done
for i in $(seq "$n"); do
    while [ ! -s "$dir/port$i" ]; do sleep 0.05; done
done

runs=
for i in $(seq "$n"); do
    CASTOR_SIGMA_HOST=http://127.0.0.1:$(cat "$dir/port$i") CASTOR_SIGMA_CLIENT_ID=sim-client \
        CASTOR_SIGMA_API_TOKEN=sim-secret /usr/bin/time -f '%e %M %U %S' -o "$dir/time$i" \
        "$build/castor-extract-sigma" --output "$dir/out$i" --log-level error &
    runs="$runs $!"
done
for run in $runs; do
    wait "$run"
done
sort -n "$dir"/time* | awk '
    { took[NR] = $1; if ($2 > peak) peak = $2; cpu += $3 + $4 }
    END { printf "%d at once: median %.2f s, slowest %.2f s, peak %.1f MiB each, %.2f s CPU in all\n",
          NR, took[int((NR + 1) / 2)], took[NR], peak / 1024, cpu }'
