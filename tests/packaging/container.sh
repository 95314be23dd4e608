#!/bin/sh
# The container file: held by hadolint, built by buildah on a Debian that debootstrap made, and run
# against the stand-in, by nobody's number and on a root that is read-only. Needs root and the network.
# shellcheck disable=SC2317  # functions that are called by their names
# shellcheck disable=SC2016  # expanded elsewhere
set -eu
build=$(cd "${SMC_BUILD:-build}" && pwd)
. tests/stand_in.sh
. tests/packaging/check.sh
. tests/packaging/trees.sh
file=examples/packaging/Containerfile
hadolint=build/packaging/bin/hadolint

lints() { $hadolint --failure-threshold style "$1"; }
# shellcheck disable=SC2154  # of stand_in.sh
spoilt() { # spoilt NAME SED
    sed "$2" $file >"$dir/Containerfile"
    refuse "container: $1 is refused" lints "$dir/Containerfile"
}
check 'container: hadolint' lints $file
spoilt 'root at the end' 's/^USER .*/USER root/'
spoilt 'a package that is recommended only' 's/--no-install-recommends//'
if [ "$(id -u)" != 0 ]; then
    echo '[  SKIPPED ] container: not root: it is not built'
    exit "${SMC_NO_SKIP:-$failed}"
fi
check 'container: a bare tree' bare

# Its images and containers are in a folder of its own.
engine() { buildah --root "$dir/images" --runroot "$dir/engine" --storage-driver vfs "$@"; }
# shellcheck disable=SC2154  # of trees.sh
base() {
    empty=$(engine from scratch) && at=$(engine mount "$empty") && cp -a "$trees/bare/." "$at" &&
        engine umount "$empty" && engine commit --rm "$empty" localhost/base
}
built() {
    # What git has: that is all that a user would give it.
    git archive --prefix=context/ HEAD | tar -x -C "$dir" &&
        engine bud --isolation chroot --build-arg BASE=localhost/base -f "$dir/context/$file" -t sigmacat "$dir/context"
}
says_user() {
    engine inspect --type image --format '{{.OCIv1.Config.User}} {{.OCIv1.Config.Cmd}}' sigmacat | tee "$dir/user"
    grep -qx '65532:65532 \[extract-and-upload\]' "$dir/user"
}
settings() {
    echo CASTOR_SIGMA_HOST="$url" CASTOR_SIGMA_CLIENT_ID=sim-client CASTOR_SIGMA_MAX_GAPS=100% \
        CASTOR_UPLOADER_SOURCE_ID=01234567-89ab-4cde-8f01-23456789abcd CASTOR_UPLOADER_ENDPOINT="$url" \
        SIGMACAT_SECRETS=/run/secrets
}
# A root that is read-only is not buildah's to give: it is made here of what was built.
runs() {
    made=$(engine from sigmacat) && root=$(engine mount "$made") || return
    mkdir -p "$root/run/secrets"
    printf sim-secret >"$root/run/secrets/api-token"
    printf sim-token >"$root/run/secrets/catalog-token"
    chown -R 65532:65532 "$root/run/secrets" && chmod 400 "$root/run/secrets"/*
    # shellcheck disable=SC2046  # a list of words
    env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin $(settings) unshare --mount sh -ec '
        mount --make-rprivate /
        mount --bind "$1" "$1"
        mount -t tmpfs -o uid=65532,gid=65532,mode=750 none "$1/var/lib/sigmacat"
        mount -o remount,bind,ro "$1"
        ! touch "$1/tmp/x" 2>/dev/null
        chroot --userspec=65532:65532 "$1" extract-and-upload
        ls "$1/var/lib/sigmacat"
        test -n "$(find "$1/var/lib/sigmacat" -name "*-summary.json")"' sh "$root" 9>&-
}
# With it, buildah starts what the image says.
starts() {
    # shellcheck disable=SC2046  # a list of words
    set -- $(settings | sed 's/\(^\| \)/\1--env /g')
    # shellcheck disable=SC2154  # of runs
    engine run --isolation chroot "$@" "$made" extract-and-upload 9>&-
}
stand_in --workbooks 3
check 'container: an image of it' base
check 'container: it is built' built
check 'container: its user has no rights' says_user
check 'container: it runs on a root that is read-only' runs
check 'container: it is started by buildah' starts
exit $failed
