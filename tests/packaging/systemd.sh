#!/bin/sh
# examples/systemd by systemd's own programs, none of which starts anything: the units are verified,
# their exposure is measured, the user is made in an empty tree. Then what the service would start is
# run as it says, against the stand-in, and each system call has to be one that it allows.
# shellcheck disable=SC2317  # functions that are called by their names
set -eu
build=$(cd "${SMC_BUILD:-build}" && pwd)
. tests/stand_in.sh
. tests/packaging/check.sh
units=examples/systemd
# shellcheck disable=SC2154  # of stand_in.sh
root=$dir/root

# ---- the units ----

plant() { # a tree as it is where they are installed, with systemd's own targets
    rm -rf "$root"
    mkdir -p "$root/usr/libexec/sigmacat" "$root/usr/lib/systemd/system" "$root/usr/lib/sysusers.d" "$root/etc"
    install -m 755 examples/extract-and-upload.sh "$root/usr/libexec/sigmacat/extract-and-upload"
    cp -a /usr/lib/systemd/system/*.target /usr/lib/systemd/system/*.slice /usr/lib/systemd/system/*.socket \
        "$root/usr/lib/systemd/system"
    cp "$units"/sigmacat@.* "$root/usr/lib/systemd/system"
    cp "$units/sigmacat.sysusers" "$root/usr/lib/sysusers.d/sigmacat.conf"
}
verified() { # it ends with 0 for a key that it does not know, and says so
    said=$(systemd-analyze verify --root="$root" --man=no sigmacat@acme.service sigmacat@acme.timer 2>&1)
    ended=$?
    echo "$said"
    [ "$ended" = 0 ] && [ -z "$said" ]
}
guarded() {
    systemd-analyze security --offline=true --threshold=19 \
        "$root/usr/lib/systemd/system/sigmacat@acme.service"
}
user_made() {
    said=$(systemd-sysusers --dry-run --root="$root" 2>&1) || { echo "$said" && return 1; }
    echo "$said" | grep "Creating user 'sigmacat'"
}
spoilt() { # spoilt NAME FILE SED CHECK: once the file is changed so, the check has to fail
    plant
    sed -i "$3" "$root/$2"
    refuse "systemd: $1 is refused" "$4"
}
plant
cp "$units/sigmacat@.service" "$root/usr/lib/systemd/system/sigmacat@acme.service"
check 'systemd: units are verified' verified
check 'systemd: exposure below 2.0' guarded
check 'systemd: the user is made' user_made
service=usr/lib/systemd/system/sigmacat@.service
spoilt 'a program that is not there' $service 's|^ExecStart=.*|ExecStart=/usr/bin/nowhere|' verified
spoilt 'a key that is not known' $service 's|^UMask|Mask|' verified
spoilt 'a timer without a time' usr/lib/systemd/system/sigmacat@.timer '/^OnCalendar/d' verified
spoilt 'a user that is none' usr/lib/sysusers.d/sigmacat.conf 's|^u |q |' user_made
cp "$units/sigmacat@.service" "$root/usr/lib/systemd/system/sigmacat@acme.service"
sed -i '/^Protect/d; /^SystemCall/d' "$root/usr/lib/systemd/system/sigmacat@acme.service"
refuse 'systemd: a service with fewer guards is refused' guarded

# ---- what it starts ----

stand_in --workbooks 3
mkdir -p "$dir/state/sigmacat/acme" "$dir/credentials"
cat >"$dir/credentials/config.yaml" <<END
profiles:
  acme:
    sigma: {host: "$url", client_id: sim-client, max_gaps: "100%"}
    upload: {source_id: 01234567-89ab-4cde-8f01-23456789abcd, endpoint: "$url"}
END
printf sim-secret >"$dir/credentials/api-token"
printf sim-token >"$dir/credentials/catalog-token"
chmod 400 "$dir/credentials"/*
# Its variables, with the names that systemd fills in.
sed -n "s|^Environment=||p" $units/sigmacat@.service |
    sed "s|%i|acme|g; s|%d|$dir/credentials|g; s|%S|$dir/state|g" >"$dir/variables"
# As somebody without rights: root calls more.
as=
if [ "$(id -u)" = 0 ]; then
    as='setpriv --reuid 54321 --regid 54321 --clear-groups'
    mkdir "$dir/bin"
    cp "$build/castor-extract-sigma" "$build/castor-upload" "$dir/bin"
    build=$dir/bin
    : >"$dir/calls"
    chmod 755 "$dir"
    chown -R 54321:54321 "$dir/state" "$dir/credentials" "$dir/calls"
fi
runs() {
    # shellcheck disable=SC2046,SC2086  # lists of words
    env -i PATH="$build:/usr/bin:/bin" $(cat "$dir/variables") \
        $as strace -f -qq -o "$dir/calls" sh "$root/usr/libexec/sigmacat/extract-and-upload" 9>&-
}
check 'systemd: it extracts and uploads' runs

cat >"$dir/allowed.py" <<'END'
import re
import subprocess
import sys

def members(name):
    """The calls of a group, with those of the groups in it."""
    lines = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, capture_output=True,
                           text=True).stdout.splitlines()[1:]
    words = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    return set().union(*(members(w) if w.startswith("@") else {w} for w in words))

allowed = members("@default")
for line in open(sys.argv[1]):
    if line.startswith("SystemCallFilter="):
        value = line.split("=", 1)[1].strip()
        groups = set().union(*(members(w) for w in value.lstrip("~").split()))
        allowed = allowed - groups if value.startswith("~") else allowed | groups
called = set(re.findall(r"^\d+ +(\w+)\(", open(sys.argv[2]).read(), re.M))
print("not allowed:", sorted(called - allowed))
sys.exit(bool(called - allowed) or not {"execve", "connect", "fsync"} <= called)
END
check 'systemd: all that it calls is allowed' python3 "$dir/allowed.py" $units/sigmacat@.service "$dir/calls"
exit $failed
