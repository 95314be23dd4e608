# Completions of castor-extract-sigma for fish.
#
# Made by tests/test_completions.c from the table of options and lib/cli/completion.fish: change
# those. It starts no program and asks no server: profiles are read from the configuration file.

function __castor_extract_sigma_profiles --description 'The profiles of the configuration file'
    set -l file $SIGMACAT_CONFIG
    set -l dir $XDG_CONFIG_HOME
    set -l last ''
    set -l depth ''
    set -l is_inside no
    for word in (commandline -op)
        if string match -q -- '--config=*' $word
            set file (string replace -- '--config=' '' $word)
        else if test "$last" = --config
            set file $word
        end
        set last $word
    end
    string match -q -- '~/*' "$file"; and set file $HOME(string sub -s 2 -- $file)
    if test -z "$file"
        string match -q -- '/*' "$dir"; or set dir $HOME/.config
        set file $dir/sigmacat/config.yaml
        test -e $file; or set file /etc/sigmacat/config.yaml
    end
    test -f "$file"; and test -r "$file"; or return
    while read -l line
        if string match -q -r -- '^[^\s#]' $line
            set is_inside no
            string match -q -- 'profiles:*' $line; and set is_inside yes
        else if test $is_inside = yes; and string match -q -r -- '^ +[^\s#]' $line
            test -n "$depth"; or set depth (string match -r -- '^ +' $line)
            string replace -r -f -- '^'$depth'["\']?([\w.@-]+)["\']?\s*:.*' '$1' $line
        end
    end <$file
end

function __castor_extract_sigma_list --description 'What of the words can go on a list with commas'
    set -l typed (commandline -ct)
    set typed (string replace -r -- '^--[^=]*=' '' "$typed")
    set -l before (string match -r -- '^.*,' "$typed")
    for word in $argv
        contains -- $word (string split , -- "$before"); or echo "$before$word"
    end
end

complete -c castor-extract-sigma -f
complete -c castor-extract-sigma -s H -l host -x -a 'aws-us-west aws-us-east aws-ca aws-eu aws-au aws-uk azure-us azure-eu azure-ca azure-uk azure-au gcp-us gcp-sa' -d 'region, such as aws-us-west, or API host'
complete -c castor-extract-sigma -s c -l client-id -x -d 'client id of the API credentials'
complete -c castor-extract-sigma -s a -l api-token -x -d 'client secret of the API credentials'
complete -c castor-extract-sigma -s o -l output -x -a '(__fish_complete_directories)' -d 'directory to write to; made if missing'
complete -c castor-extract-sigma -l api-token-file -r -F -d 'file with the client secret; -: stdin'
complete -c castor-extract-sigma -l api-token-command -x -d 'shell command that prints the client secret'
complete -c castor-extract-sigma -l credentials -r -F -d 'JSON file with apiToken, clientId and host'
complete -c castor-extract-sigma -l config -r -F -d 'configuration file, see sigmacat.yaml(5)'
complete -c castor-extract-sigma -l profile -x -a '(__castor_extract_sigma_profiles)' -d 'which of its profiles; else \'default\''
complete -c castor-extract-sigma -l only -x -a '(__castor_extract_sigma_list connections workbooks workbook_sources datamodels datamodel_sources datamodel_lineage datasets dataset_sources files members elements)' -d 'only these files, with commas: a partial set'
complete -c castor-extract-sigma -l skip -x -a '(__castor_extract_sigma_list connections workbooks workbook_sources datamodels datamodel_sources datamodel_lineage datasets dataset_sources files members elements)' -d 'all files but these: a partial set'
complete -c castor-extract-sigma -l incremental -d 'ask only for what changed since the last run'
complete -c castor-extract-sigma -l full-after -x -d 'oldest full run to build on'
complete -c castor-extract-sigma -l no-resume -d 'start over, not where a run stopped'
complete -c castor-extract-sigma -l resume-within -x -d 'oldest run to go on with'
complete -c castor-extract-sigma -l keep -x -d 'newest sets to keep; 0, the default: all'
complete -c castor-extract-sigma -l state -x -a '(__fish_complete_directories)' -d 'directory for state; else OUTPUT/.sigmacat'
complete -c castor-extract-sigma -l report -r -F -d 'JSON report of work and gaps; -: stdout'
complete -c castor-extract-sigma -l fail-on-gaps -d 'end with 6 when anything could not be read'
complete -c castor-extract-sigma -l max-gaps -x -d 'end with 6 when there are more gaps'
complete -c castor-extract-sigma -l accept-short-listing -x -a '(__castor_extract_sigma_list connections workbooks datamodels datasets files members)' -d 'take a listing with fewer rows than its total'
complete -c castor-extract-sigma -l concurrency -x -d 'calls at once, at most 64'
complete -c castor-extract-sigma -l max-rate -x -d 'calls a second; 0, the default: no bound'
complete -c castor-extract-sigma -l max-time -x -d 'longest run; 0, the default: no bound'
complete -c castor-extract-sigma -l timeout -x -d 'give up a try without progress'
complete -c castor-extract-sigma -l retries -x -d 'tries after a call\'s first one'
complete -c castor-extract-sigma -l retry-base -x -d 'first retry\'s wait; then doubled'
complete -c castor-extract-sigma -l cacert -r -F -d 'PEM file of certificates to trust'
complete -c castor-extract-sigma -l log-level -x -a 'error warn info debug' -d 'error, warn, info or debug'
complete -c castor-extract-sigma -l log-format -x -a 'text json' -d 'text or json'
complete -c castor-extract-sigma -l check -d 'say whether a run would work; write nothing'
complete -c castor-extract-sigma -l show-config -d 'print the settings and where they come from'
complete -c castor-extract-sigma -l list-regions -d 'print the names of Sigma\'s regions and exit'
complete -c castor-extract-sigma -s h -l help -d 'print this and exit'
complete -c castor-extract-sigma -l version -d 'print the version and exit'
