#!/bin/sh
# `make dist` in two clones, with other settings of git and another umask, gives the same bytes; its
# sums hold; and what it packs is what git has and nothing else.
# shellcheck disable=SC2317  # functions that are called by their names
set -eu
case $(git rev-parse --is-inside-work-tree 2>/dev/null) in
true) ;;
*)
    [ -n "${SMC_NO_SKIP:-}" ] || {
        echo '[  SKIPPED ] dist: this is not a clone of the repository'
        exit 0
    }
    echo '[  FAILED  ] dist: this is not a clone of the repository'
    exit 1
    ;;
esac
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL
. tests/packaging/check.sh

make_dist() { # make_dist FOLDER UMASK
    (
        umask "$2"
        git clone -q "$(git rev-parse --show-toplevel)" "$dir/$1"
        cd "$dir/$1"
        touch not-in-git
        make -s dist >/dev/null
    )
}
make_dist one 022
make_dist a-longer-name 077 2>/dev/null
git -C "$dir/one" config tar.umask 0777
make -s -C "$dir/one" dist >/dev/null
one=$dir/one/build/dist
two=$dir/a-longer-name/build/dist
tarball=$(cd "$one" && echo sigmacat-*.tar.gz)

names() { # names: what the tarball has, as git lists it
    tar -tzf "$one/$tarball" | sed -n "s|^${tarball%.tar.gz}/\(.*[^/]\)\$|\1|p" | sort >"$dir/packed"
    git -C "$dir/one" ls-files | sort >"$dir/listed"
    diff "$dir/listed" "$dir/packed"
}
sums() { (cd "$1" && sha256sum --check --strict SHA256SUMS); }
no_time_or_name_of_gzip() { # its header: no name (flags 0), no time
    test "$(od -An -tx1 -j3 -N5 "$one/$tarball" | tr -d ' ')" = 0000000000
}
changed() {
    echo changed >>"$dir/one/Makefile"
    make -s -C "$dir/one" dist
}

check 'dist: two clones, the same bytes' cmp "$one/$tarball" "$two/$tarball"
check 'dist: the same sums' cmp "$one/SHA256SUMS" "$two/SHA256SUMS"
check 'dist: the sums hold' sums "$one"
check 'dist: what git has, and nothing else' names
check 'dist: no time and no name of a file' no_time_or_name_of_gzip
refuse 'dist: what is changed and not committed is refused' changed
exit $failed
