# shellcheck shell=bash
# Completions of castor-upload for bash.
#
# Made by tests/test_completions.c from the table of options and lib/cli/completion.bash: change
# those. It starts no program and asks no server: profiles are read from the configuration file.

# Adds the profiles of the configuration file to the caller's words. A name that a shell would take
# for more than a word is left out.
_castor_upload_profiles()
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

_castor_upload()
{
    local typed=$2 option=$3 before='' is_list='' word words=()
    COMPREPLY=()
    [[ $option == '=' ]] && option=${COMP_WORDS[COMP_CWORD - 2]} # bash makes it a word of its own
    case ${option//_/-} in
    -k | --token) ;;
    -s | --source-id) ;;
    -t | --file-type) words=(DBT LOOKML QUALITY VIZ WAREHOUSE) ;;
    -f | --file-path) compopt -o default ;;
    -d | --directory-path) compopt -o dirnames ;;
    -z | --zone) words=(EU US) ;;
    --project-name) ;;
    --token-file) compopt -o default ;;
    --token-command) ;;
    --config) compopt -o default ;;
    --profile) _castor_upload_profiles ;;
    --set) ;;
    --state) compopt -o dirnames ;;
    --parallel) ;;
    --timeout) ;;
    --retries) ;;
    --retry-base) ;;
    --cacert) compopt -o default ;;
    --endpoint) ;;
    --log-level) words=(error warn info debug) ;;
    --log-format) words=(text json) ;;
    *)
        words=(
            -k --token -s --source_id -t --file_type -f --file_path -d --directory_path -z --zone
            --project_name --token-file --token-command --config --profile --latest --set --force
            --dry-run --skip-uploaded --list --state --json --parallel --timeout --retries
            --retry-base --cacert --endpoint --log-level --log-format --check --show-config
            -h --help --version
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

complete -F _castor_upload castor-upload
