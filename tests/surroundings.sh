#!/bin/sh
# The two programs where schedulers, containers and services run them: without a home, a locale, open
# standard descriptors, a user's entry or a directory to stand in. Each is fine or has a clear error.
set -eu
build=$(cd "${SMC_BUILD:-build}" && pwd)
. tests/stand_in.sh
failed=0

stand_in --workbooks 3
chmod 755 "$dir"
cp "$build/castor-extract-sigma" "$build/castor-upload" "$dir"
build=$dir

number=0
# in_place STATUS NAME SHELL: both programs by $extract and $upload, run by this text of shell, end so.
in_place() {
    number=$((number + 1))
    out=$dir/out$number
    mkdir -m 777 "$out"
    ended=0
    extract="$build/castor-extract-sigma -H $url -c sim-client -a sim-secret -o $out --max-gaps 100% -q"
    upload="$build/castor-upload --endpoint $url -k sim-token -s 01234567-89ab-cdef-0123-456789abcdef -t VIZ -d $out -q"
    export extract upload out
    (cd "$dir" && sh -c "$3") >"$dir/log" 2>&1 9>&- || ended=$?
    sets=$(find "$out" -maxdepth 1 -name '*-summary.json' | wc -l)
    if [ "$ended" = "$1" ] && { [ "$1" != 0 ] || [ "$sets" = 1 ]; }; then
        echo "[       OK ] $2"
    else
        echo "[  FAILED  ] $2: status $ended instead of $1, $sets sets"
        cat "$dir/log"
        failed=1
    fi
}

# shellcheck disable=SC2016  # expanded by the inner shell
{
    in_place 0 'an empty environment, as cron has it' 'env -i PATH=/usr/bin:/bin $extract && env -i $upload'
    in_place 0 'the environment of cron' \
        'run="env -i HOME=/ LOGNAME=nobody SHELL=/bin/sh PATH=/usr/bin:/bin"; $run $extract </dev/null && $run $upload </dev/null'
    in_place 0 'no home' 'unset HOME XDG_CONFIG_HOME; $extract && $upload'
    in_place 0 'a home that is not there' 'HOME=/nonexistent $extract && HOME=/nonexistent $upload'
    in_place 0 'a home that is not absolute' 'HOME=x $extract && HOME=x $upload'
    in_place 0 'a locale that is not there' 'LC_ALL=xx_YY.UTF-8 $extract && LC_ALL=xx_YY.UTF-8 $upload'
    in_place 0 'no locale' 'unset LANG LANGUAGE LC_ALL LC_CTYPE LC_MESSAGES LC_NUMERIC LC_TIME; $extract && $upload'
    in_place 0 'a locale with commas in numbers' 'LC_ALL=de_DE.UTF-8 $extract && LC_ALL=de_DE.UTF-8 $upload'
    in_place 0 'no time zone of that name' 'TZ=Nowhere/Never $extract && TZ=Nowhere/Never $upload'
    in_place 0 'an empty time zone' 'TZ= $extract && TZ=: $upload'
    in_place 0 'a time zone by its rule' 'TZ="<+0545>-5:45" $extract && TZ="<-12>12" $upload'
    in_place 0 'a time zone that is nonsense' 'TZ=UTC-99:99:99 $extract && TZ=:/etc/passwd $upload'
    in_place 0 'no TERM, no columns' 'unset TERM COLUMNS; $extract && $upload'
    in_place 0 'standard input closed' '$extract <&- && $upload <&-'
    in_place 0 'standard output closed' '$extract >&- && $upload >&-'
    in_place 0 'standard error closed' '$extract 2>&- && $upload 2>&-'
    in_place 0 'all three closed' '$extract <&- >&- 2>&- && $upload <&- >&- 2>&-'
    in_place 0 'standard error full' '$extract 2>/dev/full && $upload 2>/dev/full'
    in_place 0 'a reader of the log that has gone' \
        'mkfifo $out/log; true <$out/log & exec 8>$out/log; wait; ${extract% -q} -v 2>&8 && rm $out/log && $upload 2>&8'
    in_place 5 'a report to standard output that is full' '$extract --report - >/dev/full'
    in_place 5 'a report to standard output that is closed' '$extract --report - >&-'
    in_place 5 'a check to standard output that is full' '$extract --check >/dev/full'
    in_place 5 'results of an upload to standard output that is full' '$extract && $upload --json >/dev/full'
    in_place 0 'signals ignored, as by nohup' 'trap "" HUP INT TERM; $extract && $upload'
    in_place 0 'a working directory that was removed' 'mkdir gone && cd gone && rmdir ../gone && $extract && $upload'
    in_place 0 'a umask that takes all from others' 'umask 077; $extract && $upload'
    in_place 5 'an output directory below a file' '$extract -o /dev/null/x'
    in_place 5 'a file system that is read-only' '$extract -o /proc/sys'
    in_place 2 'nothing but the program' 'env -i $build/castor-extract-sigma; env -i "$0" 2>/dev/null; ${extract%% *}'
    # What each must say in the same places: how the run went.
    in_place 0 'the status where nothing else is' 'env -i $extract && env -i $extract --status && cd / && $extract --status --json'
    in_place 5 'a status to standard output that is full' '$extract && $extract --status >/dev/full'
    if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
        in_place 0 'a user without an entry' \
            'run="setpriv --reuid 54321 --regid 54321 --clear-groups env -u HOME"; $run $extract && $run $upload'
        in_place 5 'a directory of somebody else' \
            'chmod 755 $out; setpriv --reuid 54321 --regid 54321 --clear-groups $extract'
    fi
    # A file system of one's own: what systemd and container engines make of it.
    if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null && unshare -m true 2>/dev/null; then
        strict='mount --make-rprivate / && mount --bind $out $out && mount -o remount,bind,ro / &&
            { ! mountpoint -q /tmp || mount -o remount,bind,ro /tmp; } && ! touch $dir/x 2>/dev/null'
        export strict dir
        in_place 0 'all is read-only but the output, as by ProtectSystem=strict and ReadWritePaths' \
            'unshare -m sh -c "$strict && $extract && $upload"'
        in_place 5 'the same with the state elsewhere' 'unshare -m sh -c "$strict && $extract --state $dir/state"'
        in_place 0 'nobody with no new rights, no temporary files and a home that is hidden' \
            'chown 54321 $out; unshare -m sh -c "$strict && mount -t tmpfs -o ro none /root && set -- setpriv --reuid 54321 \
            --regid 54321 --clear-groups --no-new-privs env HOME=/root TMPDIR=/none && \"\$@\" $extract && \"\$@\" $upload"'
        in_place 0 'a container without a user entry' \
            'chown 54321 $out; unshare -m sh -c "mount --make-rprivate / && mount --bind /dev/null /etc/passwd &&
            mount --bind /dev/null /etc/group && set -- setpriv --reuid 54321 --regid 0 --clear-groups env -i HOME=/ &&
            \"\$@\" $extract && \"\$@\" $upload"'
        # A sanitizer reads its options there, and can't look for leaks without the rest.
        in_place 0 'no /proc' 'unshare -m sh -c "mount --make-rprivate / && mount -t tmpfs none /proc && mkdir /proc/self &&
            printf ASAN_OPTIONS=detect_leaks=0\\\\000 >/proc/self/environ && $extract && $upload"'
        in_place 0 'an output that is read-only once all is there' \
            '$extract && unshare -m sh -c "mount --make-rprivate / && mount --bind $out $out && mount -o remount,bind,ro $out &&
            ! touch $out/x 2>/dev/null && $extract --status && $upload"'
    fi
}
exit $failed
