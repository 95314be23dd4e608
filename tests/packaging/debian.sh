#!/bin/sh
# Debian's packages, from the tarball of `make dist`: built in a bare Debian, held by lintian, installed
# in another one, run there against the stand-in, upgraded, removed and purged. What is in one is listed.
# They are left in build/packages. Needs root, the network and about 10 minutes the first time.
# shellcheck disable=SC2317  # functions that are called by their names
# shellcheck disable=SC2016  # expanded in the tree
set -eu
build=$(cd "${SMC_BUILD:-build}" && pwd)
. tests/stand_in.sh
. tests/packaging/check.sh
. tests/packaging/trees.sh
packages=build/packages
# shellcheck disable=SC2154  # of stand_in.sh
run=$dir/run

if [ "$(id -u)" != 0 ]; then
    echo '[  SKIPPED ] debian: not root'
    exit "${SMC_NO_SKIP:-0}"
fi
version=$(sed -n 's/^.define SMC_VERSION *"\(.*\)"$/\1/p' include/sigmacat/api.h)
check 'debian: a bare tree' bare
check 'debian: a tarball' make -s dist

# ---- building ----

# With nothing in it but what the package asks for; kept, since it takes minutes.
# shellcheck disable=SC2154  # of trees.sh
prepare() {
    [ -e "$trees/build/etc" ] || cp -a "$trees/bare" "$trees/build"
    rm -rf "$trees/build/src"
    mkdir "$trees/build/src"
    cp "build/dist/sigmacat-$version.tar.gz" "$trees/build/src/sigmacat_$version.orig.tar.gz"
    in_tree "$trees/build" '
        cd /src
        tar -xf "sigmacat_$1.orig.tar.gz"
        cd "sigmacat-$1"
        cp -a examples/packaging/debian debian
        apt-get update -qq
        apt-get install -qq -y --no-install-recommends build-essential
        apt-get build-dep -qq -y ./
        id builder >/dev/null 2>&1 || useradd --create-home builder
        chown -R builder /src' "$version"
}
as_builder='cd /src/sigmacat-$1; as="setpriv --reuid builder --regid builder --clear-groups env HOME=/home/builder"'
build_it() {
    in_tree "$trees/build" "$as_builder"'; $as dpkg-buildpackage -us -uc -j"$(nproc)"' "$version"
}
# What is compiled stays: only the number is another.
build_next() {
    in_tree "$trees/build" "$as_builder"'
        { sed -n "1s/-1)/-2)/p; 2,\$p" debian/changelog; echo; cat debian/changelog; } > ../changelog
        cp ../changelog debian/changelog
        $as dpkg-buildpackage -us -uc -b -nc -j"$(nproc)"' "$version"
}
held_by_lintian() {
    in_tree "$trees/build" '
        command -v lintian >/dev/null || apt-get install -qq -y --no-install-recommends lintian
        cd /src
        lintian --allow-root --display-info --fail-on error,warning "sigmacat_$1-1_"*.changes' "$version"
}
hardened_flags() { # as the log of the compiler has them
    for flag in -Werror=format-security -fstack-protector-strong -D_FORTIFY_SOURCE -Wl,-z,relro -Wl,-z,now; do
        grep -q -e "$flag" "$dir/log" || { echo "no $flag" && return 1; }
    done
}
check 'debian: what is needed to build' prepare
check 'debian: it is built' build_it
cp "$dir/output" "$dir/log"
check 'debian: hardening=+all' hardened_flags
check 'debian: lintian has no E and no W' held_by_lintian
check 'debian: the next version is built' build_next
rm -rf $packages
mkdir -p $packages
cp "$trees/build/src"/*-1[_.]* "$trees/build/src"/*.orig.tar.gz $packages

# ---- a machine of somebody's ----

cp -a "$trees/bare" "$run"
mkdir "$run/packages"
cp "$trees/build/src"/*.deb "$run/packages"

installed() {
    in_tree "$run" 'apt-get update -qq
        apt-get install -qq -y --no-install-recommends "/packages/sigmacat_$1-1_"*.deb
        castor-extract-sigma --version && castor-upload --version
        id sigmacat
        test -d /etc/sigmacat && test -s /usr/share/sigmacat/castor-upload.schema.json
        test -s /usr/share/bash-completion/completions/castor-upload
        test -s /usr/share/zsh/vendor-completions/_castor-upload
        test -s /usr/share/fish/vendor_completions.d/castor-upload.fish
        dpkg --verify sigmacat' "$version"
}
nothing_enabled() {
    found=$(find "$run/etc/systemd" "$run/var/lib/systemd" -name '*sigmacat*' 2>/dev/null)
    echo "$found"
    [ -z "$found" ] && [ -e "$run/lib/systemd/system/sigmacat@.timer" ]
}
# What systemd would start, as its user and with its variables.
service_runs() {
    in_tree "$run" '
        unit=/lib/systemd/system/sigmacat@.service
        install -d -o sigmacat -g sigmacat -m 750 /var/lib/sigmacat /var/lib/sigmacat/acme
        install -d -o sigmacat -m 500 /run/credentials
        printf "profiles: {acme: {sigma: {host: \"%s\", client_id: sim-client, max_gaps: 100%%}, upload: {source_id: %s, endpoint: \"%s\"}}}\n" \
            "$1" 01234567-89ab-4cde-8f01-23456789abcd "$1" >/etc/sigmacat/config.yaml
        cp /etc/sigmacat/config.yaml /run/credentials/config.yaml
        printf sim-secret >/run/credentials/api-token
        printf sim-token >/run/credentials/catalog-token
        chown sigmacat /run/credentials/*
        chmod 400 /run/credentials/*
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin \
            $(sed -n "s/^Environment=//p" $unit | sed "s|%i|acme|g; s|%d|/run/credentials|g; s|%S|/var/lib|g") \
            setpriv --reuid sigmacat --regid sigmacat --clear-groups --no-new-privs \
            "$(sed -n "s/^ExecStart=//p" $unit)"
        castor-extract-sigma --output /var/lib/sigmacat/acme --status
        test "$(find /var/lib/sigmacat/acme -name "*-summary.json" | wc -l)" = "$2"' "$url" "$1"
}
upgraded() {
    in_tree "$run" 'apt-get install -qq -y --no-install-recommends "/packages/sigmacat_$1-2_"*.deb
        test "$(dpkg-query -W -f "\${Version}" sigmacat)" = "$1-2"
        test -s /etc/sigmacat/config.yaml' "$version"
}
library_used() {
    in_tree "$trees/build" '
        apt-get install -qq -y --no-install-recommends "/src/libsigmacat0_$1-1_"*.deb "/src/libsigmacat-dev_$1-1_"*.deb
        cd /usr/share/doc/libsigmacat-dev/examples
        g++ -o /tmp/whoami whoami.cpp $(pkg-config --cflags --libs libsigmacat)
        cc -o /tmp/owners owners.c $(pkg-config --cflags --libs libsigmacat)
        ldd /tmp/whoami | grep "libsigmacat.so.0 => /lib"
        apt-get purge -qq -y libsigmacat-dev libsigmacat0' "$version"
}
removed() {
    in_tree "$run" 'mkdir -p /etc/systemd/system/timers.target.wants
        ln -s /lib/systemd/system/sigmacat@.timer /etc/systemd/system/timers.target.wants/sigmacat@acme.timer
        apt-get remove -qq -y sigmacat
        ! command -v castor-upload
        test -s /etc/sigmacat/config.yaml'
}
# What is the user's stays; nothing else does.
purged() {
    in_tree "$run" 'apt-get purge -qq -y sigmacat
        test -s /etc/sigmacat/config.yaml
        test -n "$(find /var/lib/sigmacat/acme -name "*-summary.json")"
        ! dpkg-query -W sigmacat
        left=$(find / -xdev \( -name "*sigmacat*" -o -name "*castor*" \) ! -path "/proc/*" ! -path "/packages/*" \
            ! -path "/var/lib/sigmacat*" ! -path /etc/sigmacat)
        echo "$left"
        test -z "$left"'
}
# Of the package and all that it needs, by a tool that reads what dpkg knows.
listed() {
    at=$(date -u -d @"$(git log -1 --format=%ct)" +%Y-%m-%dT%H:%M:%S+00:00)
    build/packaging/bin/debsbom generate --root "$run" --sbom-type cdx --no-recommends-deps --timestamp "$at" \
        --distro-name debian --out "$dir/all" &&
        build/packaging/bin/debsbom filter --package sigmacat "$dir/all.cdx.json" "$packages/sigmacat.cdx.json" &&
        build/packaging/bin/python tests/packaging/listed.py "$packages/sigmacat.cdx.json" "$version-1" \
            libcurl4 libsqlite3-0 libssl3 libyaml-0-2 libc6
}
stand_in --workbooks 3
check 'debian: it is installed' installed
check 'debian: no unit is enabled' nothing_enabled
check 'debian: it runs as its service does' service_runs 1
check 'debian: what is in it is listed' listed
check 'debian: it is upgraded' upgraded
check 'debian: it goes on with what was there' service_runs 2
check 'debian: programs are made with the library' library_used
check 'debian: it is removed' removed
check 'debian: it is purged, but for what is the user'"'"'s' purged
exit $failed
