#!/bin/sh
# Runs test programs one after another, shows all they print, and ends with "N passed, M failed".
# Usage: run.sh PROGRAM...
set -u
out=$(mktemp)
trap 'rm -f "$out"' EXIT
passed=0
failed=0
bad=''
for program in "$@"; do
    echo "--- $program"
    "$program" >"$out" 2>&1
    status=$?
    cat "$out"
    ok=$(grep -c '^\[       OK \]' "$out")
    no=$(grep '^\[  FAILED  \] ' "$out" | grep -v ' listed below:$' | sort -u | wc -l)
    passed=$((passed + ok))
    if [ "$status" -ne 0 ]; then
        [ "$no" -gt 0 ] || no=1
        failed=$((failed + no))
        bad="$bad $program"
    fi
done
[ -z "$bad" ] || echo "failed:$bad"
echo "$passed passed, $failed failed"
[ -z "$bad" ]
