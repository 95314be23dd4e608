# shellcheck shell=sh
# For the scripts of this folder, which read this with `.`: a line for each thing that is checked. What
# the check said is shown when it failed. It writes to a file of the folder "$dir", which is the script's.
failed=0

verdict() { # verdict STATUS NAME
    if [ "$1" = 0 ]; then
        echo "[       OK ] $2"
    else
        echo "[  FAILED  ] $2"
        # shellcheck disable=SC2154  # the script's
        cat "$dir/output"
        # shellcheck disable=SC2034  # the script ends with it
        failed=1
    fi
}
check() { # check NAME COMMAND...: it ends with 0
    name=$1
    shift
    ended=0
    "$@" >"$dir/output" 2>&1 || ended=$?
    verdict $ended "$name"
}
refuse() { # refuse NAME COMMAND...: it does not
    name=$1
    shift
    ended=0
    "$@" >"$dir/output" 2>&1 || ended=$?
    [ $ended != 0 ] && ended=0 || ended=1
    verdict $ended "$name"
}
