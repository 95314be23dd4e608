#!/bin/sh
# Two builds in two folders are the same bytes: library and programs.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL
for copy in one a/deeper/two; do
    mkdir -p "$dir/$copy"
    cp -R Makefile include lib extract upload "$dir/$copy"
    make -s -j"$(nproc)" -C "$dir/$copy" lib build/castor-extract-sigma build/castor-upload >/dev/null
done
for file in libsigmacat.a libsigmacat.so castor-extract-sigma castor-upload; do
    if cmp "$dir/one/build/$file" "$dir/a/deeper/two/build/$file"; then
        echo "[       OK ] reproducible: $file"
    else
        echo "[  FAILED  ] reproducible: $file"
        failed=1
    fi
done
[ -z "${failed:-}" ]
