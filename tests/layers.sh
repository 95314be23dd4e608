#!/bin/sh
# Who may include whom. Prints each breach; none: status 0.
set -u
bad=0

forbid() { # forbid WHAT PATTERN FILE...: no file may have an include that fits the pattern
    what=$1
    pattern=$2
    shift 2
    if grep -nE "^ *# *include *$pattern" "$@" /dev/null; then
        echo "layers: $what" >&2
        bad=1
    fi
}

only() { # only HEADER FILE: a third-party header is included by one file
    found=$(grep -lE "^ *# *include *<$1" lib/*.[ch] lib/cli/*.[ch] extract/*.[ch] upload/*.[ch] \
        include/sigmacat/*.h | grep -vx "$2")
    if [ -n "$found" ]; then
        echo "layers: <$1...> belongs to $2 alone, but stands in:" "$found" >&2
        bad=1
    fi
}

only curl/ lib/http.c
only jansson lib/json.c
only yaml lib/config.c
only sqlite3 lib/store.c
only openssl/ lib/digest.c
forbid 'extract/ may see <sigmacat/...>, lib/cli/ and itself' '"(lib/[^c]|upload/|tests/|\.\./)' extract/*.[ch]
forbid 'upload/ may see <sigmacat/...>, lib/cli/ and itself' '"(lib/[^c]|extract/|tests/|\.\./)' upload/*.[ch]
forbid 'lib/ sees neither program' '"(extract/|upload/|tests/|cli/|lib/cli/)' lib/*.[ch]
forbid 'lib/cli/ sees neither program' '"(extract/|upload/|tests/)' lib/cli/*.[ch]
forbid 'public headers see public headers' '"' include/sigmacat/*.h
exit $bad
