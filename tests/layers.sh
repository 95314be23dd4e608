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
    found=$(grep -lE "^ *# *include *<$1" lib/*/*.[ch] extract/*.[ch] upload/*.[ch] \
        include/sigmacat/*.h | grep -vx "$2")
    if [ -n "$found" ]; then
        echo "layers: <$1...> belongs to $2 alone, but stands in:" "$found" >&2
        bad=1
    fi
}

room() { # room FOLDER MAY...: which other folders of ours its files may include
    folder=$1
    shift
    allowed=$(printf '|%s/' "$@")
    if grep -nE '^ *# *include *"[^"]*/' "$folder"/*.[ch] | grep -vE "include *\"($folder/$allowed)"; then
        echo "layers: $folder/ may see ${*:-nothing of ours}" >&2
        bad=1
    fi
}

only curl/ lib/net/http.c
only jansson lib/json/tree.c
only yaml lib/cli/yaml.c
only sqlite3 lib/store/store.c
only openssl/ lib/base/digest.c
room lib/base
room lib/json lib/base
room lib/net lib/base lib/json
room lib/store lib/base lib/json
room lib/set lib/base lib/json
room lib/cli lib/base lib/json lib/net
room extract lib/base lib/json lib/net lib/store lib/set lib/cli
room upload lib/base lib/json lib/net lib/store lib/set lib/cli
forbid 'public headers see public headers' '"' include/sigmacat/*.h
exit $bad
