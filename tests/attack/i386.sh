#!/bin/sh
# Runs the tests on i386, in a tree made by debootstrap: other sizes of long, size_t and time_t.
# Usage: i386.sh DIR   DIR is made and can be kept for the next time. Needs root and debootstrap.
set -eu
dir=${1:?a folder for the tree}
here=$(cd "$(dirname "$0")/../.." && pwd)

if [ "$(id -u)" != 0 ]; then
    echo "i386.sh: not root: the tests on i386 are left out" >&2
    exit "${SMC_NO_SKIP:-0}"
fi
sh "$here/.ci/deps.sh" i386
mirror=$(sed -n 's|^deb \(\[[^]]*\] \)\{0,1\}\([a-z]*://[^ ]*\) .*|\2|p; s|^URIs: *\([^ ]*\).*|\1|p' \
    /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
mkdir -p "$dir"
if [ ! -e "$dir/usr/bin/make" ]; then
    debootstrap --arch=i386 --variant=minbase --include=make,git,ca-certificates bookworm "$dir" "$mirror"
    for file in /etc/apt/apt.conf.d /etc/ssl/certs /usr/local/share/ca-certificates; do
        if [ -e "$file" ]; then mkdir -p "$dir$file" && cp -a "$file/." "$dir$file/"; fi
    done
fi
rm -rf "$dir/work"
git clone -q "$here" "$dir/work"
# shellcheck disable=SC2016  # expanded in the tree
exec unshare --mount --pid --fork --mount-proc="$dir/proc" chroot "$dir" /bin/sh -ec \
    'mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts /dev/pts
     mount --bind /dev/pts/ptmx /dev/ptmx # terminals of its own
     cd /work && make deps && make -j"$(nproc)" test'
