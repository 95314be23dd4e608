# Completions of @PROGRAM@ for fish.
#
# Made from the table of options and lib/cli/completion.fish: change those. It starts no program and
# asks no server: profiles are read from the configuration file.

function __@NAME@_profiles --description 'The profiles of the configuration file'
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

function __@NAME@_list --description 'What of the words can go on a list with commas'
    set -l typed (commandline -ct)
    set typed (string replace -r -- '^--[^=]*=' '' "$typed")
    set -l before (string match -r -- '^.*,' "$typed")
    for word in $argv
        contains -- $word (string split , -- "$before"); or echo "$before$word"
    end
end

complete -c @PROGRAM@ -f
@OPTIONS@
