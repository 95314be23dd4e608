#!/bin/sh
# The programs and the library are hardened: what their ELF files say. Usage: elf.sh FILE...; without
# any it is those of SMC_BUILD, and a program that is hardened in no way is tried too, which has to be
# refused for each.
# shellcheck disable=SC2317  # functions that are called by their names
set -eu
build=${SMC_BUILD:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# faults FILE: a line for each way in which it is not hardened.
faults() {
    readelf -W --file-header --program-headers --dynamic --dyn-syms "$1" >"$dir/said"
    says() { grep -qE "$1" "$dir/said"; }
    says '^ *Type: *DYN ' || echo 'not position-independent'
    says '^ *GNU_RELRO ' || echo 'no RELRO'
    says '\(FLAGS\).*BIND_NOW|\(FLAGS_1\).*NOW|\(BIND_NOW\)' || echo 'symbols are bound late'
    says '^ *GNU_STACK .* RW +0x' || echo 'the stack may be executed'
    says ' __stack_chk_fail(@| |$)' || echo 'no protector of the stack'
    ! says '\((RPATH|RUNPATH)\)' || echo 'a path to libraries'
    ! says '\(TEXTREL\)' || echo 'code that is changed when it is loaded'
    [ -z "$fortified" ] || says ' UND __[a-z]*_chk(@| |$)' || echo 'not fortified'
    ! says '^ *LOAD .* RWE ' || echo 'memory that may be written and executed'
}

# Nothing is fortified where the user asks for no optimization.
fortified=yes
# shellcheck disable=SC2086  # lists of words
${CC:-cc} ${CPPFLAGS:-} ${CFLAGS:--O2} -dM -E -x c /dev/null | grep -q __OPTIMIZE__ || fortified=

. tests/packaging/check.sh
same() { # same EXPECTED FILE
    found=$(faults "$2")
    printf '%s\n' "$found"
    [ "$1" = "$found" ]
}

if [ $# -eq 0 ]; then
    set -- "$build/castor-extract-sigma" "$build/castor-upload" "$build/libsigmacat.so"
    printf '#include <stdio.h>\nint main(void) { char b[9]; return !fgets(b, 9, stdin); }\n' >"$dir/bare.c"
    ${CC:-cc} -O0 -U_FORTIFY_SOURCE -fno-stack-protector -fno-pie -no-pie -Wl,-z,norelro,-z,lazy,-z,execstack \
        -Wl,-rpath,/nowhere -o "$dir/bare" "$dir/bare.c" 2>/dev/null
    expected='not position-independent
no RELRO
symbols are bound late
the stack may be executed
no protector of the stack
a path to libraries'
    [ -z "$fortified" ] || expected="$expected
not fortified"
    check 'hardened: a program that is not' same "$expected" "$dir/bare"
fi
for file in "$@"; do
    check "hardened: $(basename "$file")" same '' "$file"
done
exit $failed
