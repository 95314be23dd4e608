#!/bin/sh
# examples/cron: cron's own reader takes the table, logrotate's the rotation; then each line is run as
# cron would, against the stand-in.
# shellcheck disable=SC2317  # functions that are called by their names
set -eu
build=$(cd "${SMC_BUILD:-build}" && pwd)
. tests/stand_in.sh
. tests/packaging/check.sh
table=examples/cron/crontab

# It wants its spool, or makes it, which takes cron's group: here it has one that is gone with it.
[ "$(id -u)" = 0 ] && as='' || as=--map-root-user
reads() {
    # shellcheck disable=SC2016,SC2086  # expanded by the inner shell; a word or none
    unshare $as --mount sh -ec '
        mount -t tmpfs none /var/spool
        mkdir -p /var/spool/cron/crontabs
        exec build/crontab/usr/bin/crontab -n "$1"' sh "$1"
}
wrong_hour() { reads "$1" 2>&1 | grep 'bad hour'; }
rotates() {
    sed "s|/var/log/sigmacat|$dir|; s|su sigmacat sigmacat|su $(id -un) $(id -gn)|" "$1" >"$dir/logrotate"
    said=$(build/crontab/usr/sbin/logrotate --debug --state "$dir/rotated" "$dir/logrotate" 2>&1) &&
        ! echo "$said" | grep '^error'
}

check 'cron: its reader takes the table' reads "$table"
sed 's/^17 2 /17 25 /' $table >"$dir/wrong"
check 'cron: an hour that is none is refused' wrong_hour "$dir/wrong"
check 'cron: its log is rotated' rotates examples/cron/logrotate

stand_in --workbooks 3
# The file that the README shows, in our folder and of the stand-in.
# shellcheck disable=SC2016,SC2154  # backticks of Markdown; of stand_in.sh
sed -n '/^ *```yaml/,/^ *```$/{/```/d;s/^   //;p;}' examples/cron/README.md |
    sed "s|host: .*|host: \"$url\"|; s|client_id: .*|client_id: sim-client|; s|/etc/sigmacat|$dir|; s|/var/lib|$dir|" \
        >"$dir/config.yaml"
for profile in acme globex; do
    printf sim-secret >"$dir/$profile.sigma"
    printf sim-token >"$dir/$profile.catalog"
done
chmod 400 "$dir"/*.sigma "$dir"/*.catalog

# The variables of the table, with ours in place of what is installed.
sed -n 's/^\([A-Z_]*\)=\(.*\)/\1=\2/p' $table >"$dir/variables"
run_line() { # run_line NUMBER: its command alone, as cron gives it to SHELL
    command=$(grep '^[0-9]' "$table" | sed -n "$1p" | cut -d' ' -f6-)
    # shellcheck disable=SC2046  # a list of words
    env -i LOGNAME=nobody HOME=/ $(cat "$dir/variables") PATH="$build:/usr/bin:/bin" \
        SIGMACAT_CONFIG="$dir/config.yaml" SIGMACAT_LOGS="$dir" CASTOR_SIGMA_MAX_GAPS=100% \
        CASTOR_UPLOADER_ENDPOINT="$url" CHAIN="sh $PWD/examples/extract-and-upload.sh" \
        /bin/sh -c "$command" >"$dir/mail" 2>&1 9>&-
}
is_quiet() { # is_quiet NUMBER PROFILE
    run_line "$1" && cat "$dir/$2.log" "$dir/mail" && grep -q 'status=0 step=done' "$dir/$2.log" && [ ! -s "$dir/mail" ]
}
is_mailed() {
    run_line 1 && cat "$dir/mail" && grep -q 'status=[25] step=extract' "$dir/mail"
}
check 'cron: acme runs, and no mail' is_quiet 1 acme
check 'cron: globex runs, and no mail' is_quiet 2 globex
rm "$dir/acme.sigma"
check 'cron: a run that fails is mailed' is_mailed
exit $failed
