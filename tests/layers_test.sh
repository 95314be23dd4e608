#!/bin/sh
# layers.sh on small trees: one that keeps the rules, and one for each way to break them.
set -u
script=$(pwd)/tests/layers.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

file() { # file PATH TEXT
    mkdir -p "$(dirname "$dir/tree/$1")"
    printf '%b' "$2" >"$dir/tree/$1"
}

tree() { # a tree of four files, each of which sees the next
    rm -rf "$dir/tree"
    file include/sigmacat/low.h 'int smc_low(void);\n'
    file lib/base/low.c '#include <sigmacat/low.h>\nint smc_low(void) { return 1; }\n'
    file lib/json/mid.h 'int mid(void);\n'
    file lib/json/mid.c '#include "mid.h"\n#include <sigmacat/low.h>\nint mid(void) { return smc_low(); }\n'
    file extract/top.c '#include "lib/json/mid.h"\nint top(void);\nint top(void) { return mid(); }\n'
    file upload/top.c 'int top(void);\nint top(void) { return 0; }\n'
}

check() { # check NAME WANT: layers.sh finds what fits WANT; '': nothing
    (
        cd "$dir/tree" || exit 2
        objects=''
        for source in $(find . -name '*.c' | sed 's/^\.\///'); do
            object=build/obj/${source%.c}.o
            mkdir -p "$(dirname "$object")"
            "${CC:-cc}" -Iinclude -I. -c -o "$object" "$source" || exit 2
            objects="$objects $object"
        done
        # shellcheck disable=SC2086  # a list of words
        sh "$script" $objects
    ) >"$dir/said" 2>&1
    status=$?
    if [ -z "$2" ] && [ $status -eq 0 ] && [ ! -s "$dir/said" ]; then
        echo "[       OK ] layers: $1"
    elif [ -n "$2" ] && [ $status -eq 1 ] && grep -qx "  $2" "$dir/said"; then
        echo "[       OK ] layers: $1"
    else
        echo "[  FAILED  ] layers: $1"
        cat "$dir/said"
        failed=1
    fi
}

tree
check 'nothing is wrong' ''

tree
file lib/json/other.h '#pragma once\n#include "mid.h"\n'
file lib/json/mid.h '#pragma once\n#include "other.h"\nint mid(void);\n'
check 'a circle of headers' 'lib/json/other -> lib/json/mid'

tree
file lib/base/two.c 'int smc_low(void);\nint two(void);\nint two(void) { return smc_low(); }\n'
file lib/base/low.c 'int two(void);\nint smc_low(void);\nint smc_low(void) { return two(); }\n'
check 'a circle of calls that no include shows' 'lib/base/low -> lib/base/two'

tree
file lib/base/two.c '#include "three.h"\n'
file lib/base/three.h 'extern int three;\n'
file lib/base/three.c '#include "four.h"\nint three;\n'
file lib/base/four.h '#include <sigmacat/two.h>\n'
file include/sigmacat/two.h '\n'
check 'a circle through a public header' 'lib/base/four -> lib/base/two -> lib/base/three'

tree
file lib/base/up.c '#include "lib/json/mid.h"\n'
check 'an include of a higher room' 'lib/base/up sees lib/json/mid'

tree
file lib/base/up.c 'int mid(void);\nint up(void);\nint up(void) { return mid(); }\n'
check 'a call of a higher room' 'lib/base/up sees lib/json/mid'

tree
file upload/over.c '#include "extract/top.h"\n'
file extract/top.h 'int top(void);\n'
check 'one program sees the other' 'upload/over sees extract/top'

tree
file include/sigmacat/low.h '#include "lib/base/low.h"\nint smc_low(void);\n'
file lib/base/low.h '\n'
check 'a public header sees a private one' 'include/sigmacat/low.h:1:#include "lib/base/low.h"'

tree
file lib/json/mid.h '#ifdef NEVER\n# include <curl/curl.h>\n#endif\nint mid(void);\n'
check 'a library that belongs to another file' 'lib/json/mid.h'
exit $failed
