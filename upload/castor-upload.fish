# Completions of castor-upload for fish.
#
# Made by tests/test_completions.c from the table of options and lib/cli/completion.fish: change
# those. It starts no program and asks no server: profiles are read from the configuration file.

function __castor_upload_profiles --description 'The profiles of the configuration file'
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

function __castor_upload_list --description 'What of the words can go on a list with commas'
    set -l typed (commandline -ct)
    set typed (string replace -r -- '^--[^=]*=' '' "$typed")
    set -l before (string match -r -- '^.*,' "$typed")
    for word in $argv
        contains -- $word (string split , -- "$before"); or echo "$before$word"
    end
end

complete -c castor-upload -f
complete -c castor-upload -s k -l token -x -d 'Catalog\'s API token'
complete -c castor-upload -s s -l source_id -x -d 'the source\'s id in Catalog'
complete -c castor-upload -s t -l file_type -x -a 'DBT LOOKML QUALITY VIZ WAREHOUSE' -d 'DBT, LOOKML, QUALITY, VIZ or WAREHOUSE'
complete -c castor-upload -s f -l file_path -r -F -d 'one file to send'
complete -c castor-upload -s d -l directory_path -x -a '(__fish_complete_directories)' -d 'directory: its .json and .csv files'
complete -c castor-upload -s z -l zone -x -a 'EU US' -d 'EU or US'
complete -c castor-upload -l project_name -x -d 'Looker project, with LOOKML'
complete -c castor-upload -l token-file -r -F -d 'file with the token; -: stdin'
complete -c castor-upload -l token-command -x -d 'shell command that prints the token'
complete -c castor-upload -l config -r -F -d 'configuration file, see sigmacat.yaml(5)'
complete -c castor-upload -l profile -x -a '(__castor_upload_profiles)' -d 'which of its profiles; else \'default\''
complete -c castor-upload -l latest -d 'only the newest complete set, with VIZ'
complete -c castor-upload -l set -x -d 'only the set whose names begin with TS-'
complete -c castor-upload -l force -d 'send also what the checks object to'
complete -c castor-upload -l dry-run -d 'check, say what would go where; send nothing'
complete -c castor-upload -l skip-uploaded -d 'leave out what was accepted before'
complete -c castor-upload -l list -d 'show what was accepted; send nothing'
complete -c castor-upload -l state -x -a '(__fish_complete_directories)' -d 'directory of the record; else DIR/.sigmacat'
complete -c castor-upload -l json -d 'print a JSON object on the files at the end'
complete -c castor-upload -l parallel -x -d 'files at once, at most 64'
complete -c castor-upload -l timeout -x -d 'give up a try without progress'
complete -c castor-upload -l retries -x -d 'tries after a file\'s first one'
complete -c castor-upload -l retry-base -x -d 'first retry\'s wait; then doubled'
complete -c castor-upload -l cacert -r -F -d 'PEM file of certificates to trust'
complete -c castor-upload -l endpoint -x -d 'send here in place of the zone\'s address'
complete -c castor-upload -l log-level -x -a 'error warn info debug' -d 'error, warn, info or debug'
complete -c castor-upload -l log-format -x -a 'text json' -d 'text or json'
complete -c castor-upload -l check -d 'say whether it would work; send nothing'
complete -c castor-upload -l show-config -d 'print the settings and where they come from'
complete -c castor-upload -s h -l help -d 'print this and exit'
complete -c castor-upload -l version -d 'print the version and exit'
