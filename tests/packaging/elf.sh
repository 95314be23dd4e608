#!/bin/sh
# The programs and the library are hardened: what their ELF files say. Usage: elf.sh FILE...; without
# any it is those of SMC_BUILD, and a program that is hardened in no way is tried too, which has to be
# refused for each.
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

failed=0
verdict() { # verdict NAME EXPECTED FOUND
    if [ "$2" = "$3" ]; then
        echo "[       OK ] hardened: $1"
    else
        echo "[  FAILED  ] hardened: $1: $3"
        failed=1
    fi
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
    verdict 'a program that is not' "$expected" "$(faults "$dir/bare")"
fi
for file in "$@"; do
    verdict "$(basename "$file")" '' "$(faults "$file")"
done
exit $failed
