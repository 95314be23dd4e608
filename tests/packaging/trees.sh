# shellcheck shell=sh
# For the scripts of this folder, which read this with `.`: Debian in folders, and programs in them.
# A tree that took long to make is kept in build/trees, and copied to be used. A shell's variables are
# all one script's: "trees", "mirror", "ours", "tree" and "commands" are this one's.
trees=$PWD/build/trees

# bare: a Debian with nothing in it that need not be there is then in "$trees/bare".
bare() {
    [ ! -e "$trees/bare/made" ] || return 0
    mirror=$(sed -n 's|^deb \(\[[^]]*\] \)\{0,1\}\([a-z]*://[^ ]*\) .*|\2|p; s|^URIs: *\([^ ]*\).*|\1|p' \
        /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
    rm -rf "$trees/bare"
    mkdir -p "$trees"
    debootstrap --variant=minbase --include=ca-certificates bookworm "$trees/bare" "$mirror" || return
    for ours in /etc/apt/apt.conf.d /etc/ssl/certs /usr/local/share/ca-certificates; do
        if [ -e "$ours" ]; then mkdir -p "$trees/bare$ours" && cp -a "$ours/." "$trees/bare$ours/"; fi
    done
    # Nothing is started in it; and what is lost in a power cut can be made again.
    printf '#!/bin/sh\nexit 101\n' >"$trees/bare/usr/sbin/policy-rc.d"
    chmod 755 "$trees/bare/usr/sbin/policy-rc.d"
    echo force-unsafe-io >"$trees/bare/etc/dpkg/dpkg.cfg.d/unsafe-io"
    touch "$trees/bare/made"
}

in_tree() { # in_tree TREE COMMANDS [ARGUMENT...]: with a /proc of its own and what it needs of our variables
    tree=$1
    commands=$2
    shift 2
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        unshare --mount --pid --fork --mount-proc="$tree/proc" chroot "$tree" /bin/sh -ec "$commands" sh "$@"
}
