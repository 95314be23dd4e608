#compdef @PROGRAM@
# Completions of @PROGRAM@ for zsh.
#
# Made from the table of options and lib/cli/completion.zsh: change those. It starts no program and
# asks no server: profiles are read from the configuration file.

_@PROGRAM@_profiles() {
    local file=${SIGMACAT_CONFIG-} dir=${XDG_CONFIG_HOME-} line depth
    local -a profiles expl
    integer i inside
    for ((i = 2; i <= $#words; i++)); do
        case $words[i] in
        --config=*) file=${words[i]#*=} ;;
        --config) file=$words[i+1] ;;
        esac
    done
    file=${${(Q)file}/#\~\//$HOME/}
    if [[ -z $file ]]; then
        [[ $dir == /* ]] || dir=$HOME/.config
        file=$dir/sigmacat/config.yaml
        [[ -e $file ]] || file=/etc/sigmacat/config.yaml
    fi
    [[ -f $file && -r $file ]] || return 1
    while IFS= read -r line || [[ -n $line ]]; do
        if [[ $line == [^[:space:]\#]* ]]; then
            inside=0
            [[ $line == profiles:* ]] && inside=1
        elif (( inside )) && [[ $line == (#b)( ##)[^[:space:]\#]* ]]; then
            depth=${depth:-$match[1]}
            [[ $line == (#b)${depth}[\"\']#([[:alnum:]_.@-]##)[\"\']#[[:space:]]#:* ]] &&
                profiles+=$match[1]
        fi
    done <$file
    _wanted profiles expl profile compadd -a profiles
}

_@PROGRAM@() {
    # Those with a '!' are the other spelling of an option: understood, but not offered.
    _arguments \
@OPTIONS@
}

_@PROGRAM@ "$@"
