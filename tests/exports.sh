#!/bin/sh
# The shared library exports what the public headers declare, and nothing else; Debian's list of its
# symbols has all of them.
# Usage: exports.sh LIBRARY
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
grep -hv '^#' include/sigmacat/*.h | tr '\n' ' ' | grep -oE 'SMC_API [^;]*;' |
    sed -E 's/^SMC_API [^(]*[ *](smc_[a-z0-9_]+)\(.*/\1/' | sort -u >"$dir/declared"
nm -D --defined-only "$1" | awk '$2 != "A" {sub(/@.*/, "", $3); print $3}' | sort -u >"$dir/exported"
if diff "$dir/declared" "$dir/exported" >"$dir/diff"; then
    echo "exports: $(wc -l <"$dir/exported") functions, as declared"
else
    echo "exports: what the headers declare (<) and what $1 exports (>) differ:" >&2
    cat "$dir/diff" >&2
    exit 1
fi
symbols=examples/packaging/debian/libsigmacat0.symbols
sed -n 's/^ \(smc_[a-z0-9_]*\)@.*/\1/p' $symbols | sort >"$dir/listed"
if ! diff "$dir/listed" "$dir/exported" >"$dir/diff"; then
    echo "exports: what $symbols has (<) and what $1 exports (>) differ:" >&2
    cat "$dir/diff" >&2
    exit 1
fi
