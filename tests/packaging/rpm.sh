#!/bin/sh
# examples/packaging/rpm: rpm's own reader takes it, and rpm builds it from the tarball of `make dist`:
# what is listed is there, what is there is listed. That its names of packages are Fedora's is not seen
# here, where there are none.
# shellcheck disable=SC2317  # functions that are called by their names
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. tests/packaging/check.sh
spec=examples/packaging/rpm/sigmacat.spec
version=$(sed -n 's/^.define SMC_VERSION *"\(.*\)"$/\1/p' include/sigmacat/api.h)

# Where they would have their database: on Debian, the home directory.
as_rpm() { HOME=$dir "$@"; }
reads() { as_rpm rpmspec -P "$1"; }
has_version() { test "$(as_rpm rpmspec -q --srpm --qf '%{version}' "$spec")" = "$version"; }
built() {
    mkdir -p "$dir/SOURCES"
    make -s dist && cp "build/dist/sigmacat-$version.tar.gz" "$dir/SOURCES" &&
        as_rpm rpmbuild -bb --nodeps --define "_topdir $dir" --define 'debug_package %{nil}' --define "_smp_mflags -j$(nproc)" "$spec"
}
names() { # names: what is in which package, as far as it matters
    find "$dir/RPMS" -name '*.rpm' | sort | while read -r file; do
        as_rpm rpm -qp --qf '[%{=NAME} %{FILENAMES}\n]' "$file"
    done >"$dir/list"
    for line in 'sigmacat /usr/bin/castor-upload' 'sigmacat /usr/lib/systemd/system/sigmacat@.timer' \
        'sigmacat /usr/libexec/sigmacat/extract-and-upload' 'sigmacat /usr/share/man/man1/castor-upload.1\(.gz\)*' \
        "libsigmacat /usr/lib64/libsigmacat.so.$version" 'libsigmacat-devel /usr/include/sigmacat/client.h'; do
        grep -qx "$line" "$dir/list" || { echo "lacking: $line" && cat "$dir/list" && return 1; }
    done
}
check 'rpm: the spec is read' reads $spec
sed 's/^Version:.*/Version 0/' $spec >"$dir/wrong.spec"
refuse 'rpm: a wrong one is refused' reads "$dir/wrong.spec"
check 'rpm: its version' has_version
check 'rpm: it is built' built
check 'rpm: what is in the packages' names
exit $failed
