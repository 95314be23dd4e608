# shellcheck shell=bash
# Completions of @PROGRAM@ for bash.
#
# Made from the table of options and lib/cli/completion.bash: change those. It starts no program and
# asks no server: profiles are read from the configuration file.

# Adds the profiles of the configuration file to the caller's words. A name that a shell would take
# for more than a word is left out.
_@NAME@_profiles()
{
    local file=${SIGMACAT_CONFIG-} dir=${XDG_CONFIG_HOME-} i line depth='' is_inside=''
    local first='^( +)[^[:space:]#]' name='^( +)["'\'']?([[:alnum:]_.@-]+)["'\'']?[[:space:]]*:'
    for ((i = 1; i < ${#COMP_WORDS[@]}; i++)); do
        [[ ${COMP_WORDS[i]} == --config ]] || continue
        [[ ${COMP_WORDS[i + 1]-} == '=' ]] && ((i++))
        file=${COMP_WORDS[i + 1]-}
    done
    file=${file//[\"\'\\]/}
    [[ $file == \~/* ]] && file=${HOME-}${file:1}
    if [[ ! $file ]]; then
        [[ $dir == /* ]] || dir=${HOME-}/.config
        file=$dir/sigmacat/config.yaml
        [[ -e $file ]] || file=/etc/sigmacat/config.yaml
    fi
    [[ -f $file && -r $file ]] || return 0
    while IFS= read -r line || [[ $line ]]; do
        if [[ $line == [![:space:]#]* ]]; then
            is_inside=''
            [[ $line =~ ^profiles: ]] && is_inside=1
        elif [[ $is_inside && $line =~ $first ]]; then
            depth=${depth:-${BASH_REMATCH[1]}}
            [[ $line =~ $name && ${BASH_REMATCH[1]} == "$depth" ]] && words+=("${BASH_REMATCH[2]}")
        fi
    done <"$file"
}

_@NAME@()
{
    local typed=$2 option=$3 before='' is_list='' word words=()
    COMPREPLY=()
    [[ $option == '=' ]] && option=${COMP_WORDS[COMP_CWORD - 2]} # bash makes it a word of its own
    case ${option//_/-} in
@OPTIONS@
    *)
        words=(
@FLAGS@
        )
        ;;
    esac
    if [[ $is_list ]]; then
        compopt -o nospace
        before=${typed%"${typed##*,}"}
        typed=${typed##*,}
    fi
    for word in "${words[@]}"; do
        [[ $word == "$typed"* && ,$before != *",$word,"* ]] && COMPREPLY+=("$before$word")
    done
}

complete -F _@NAME@ @PROGRAM@
