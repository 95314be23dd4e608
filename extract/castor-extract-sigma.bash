# shellcheck shell=bash
# Completions of castor-extract-sigma for bash.
#
# Made by tests/test_completions.c from the table of options and lib/cli/completion.bash: change
# those. It starts no program and asks no server: profiles are read from the configuration file.

# Adds the profiles of the configuration file to the caller's words. A name that a shell would take
# for more than a word is left out.
_castor_extract_sigma_profiles()
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

_castor_extract_sigma()
{
    local typed=$2 option=$3 before='' is_list='' word words=()
    COMPREPLY=()
    [[ $option == '=' ]] && option=${COMP_WORDS[COMP_CWORD - 2]} # bash makes it a word of its own
    case ${option//_/-} in
    -H | --host) words=(aws-us-west aws-us-east aws-ca aws-eu aws-au aws-uk azure-us azure-eu azure-ca azure-uk azure-au gcp-us gcp-sa) ;;
    -c | --client-id) ;;
    -a | --api-token) ;;
    -o | --output) compopt -o dirnames ;;
    --api-token-file) compopt -o default ;;
    --api-token-command) ;;
    --credentials) compopt -o default ;;
    --config) compopt -o default ;;
    --profile) _castor_extract_sigma_profiles ;;
    --only) words=(connections workbooks workbook_sources datamodels datamodel_sources datamodel_lineage datasets dataset_sources files members elements) is_list=1 ;;
    --skip) words=(connections workbooks workbook_sources datamodels datamodel_sources datamodel_lineage datasets dataset_sources files members elements) is_list=1 ;;
    --full-after) ;;
    --resume-within) ;;
    --keep) ;;
    --state) compopt -o dirnames ;;
    --report) compopt -o default ;;
    --max-gaps) ;;
    --accept-short-listing) words=(connections workbooks datamodels datasets files members) is_list=1 ;;
    --concurrency) ;;
    --max-rate) ;;
    --max-time) ;;
    --timeout) ;;
    --retries) ;;
    --retry-base) ;;
    --cacert) compopt -o default ;;
    --log-level) words=(error warn info debug) ;;
    --log-format) words=(text json) ;;
    *)
        words=(
            -H --host -c --client-id -a --api-token -o --output --api-token-file
            --api-token-command --credentials --config --profile --only --skip --incremental
            --full-after --no-resume --resume-within --keep --state --report --fail-on-gaps
            --max-gaps --accept-short-listing --concurrency --max-rate --max-time --timeout
            --retries --retry-base --cacert --log-level --log-format --check --show-config
            --list-regions -h --help --version
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

complete -F _castor_extract_sigma castor-extract-sigma
