# Completion of sweeprun's words in bash: eval "$(sweeprun completion bash)"

_sweeprun() {
    local program=$1 line=${COMP_LINE:0:COMP_POINT} candidate
    case $program in
        '~/'*/bin/sweeprun) program=$HOME/${program:2} ;;
        */bin/sweeprun) ;; # an environment's own
        *) program=sweeprun ;;
    esac
    COMPREPLY=()
    while IFS= read -r candidate; do
        if [[ $candidate == $'\tfiles' ]]; then
            compopt -o default 2>/dev/null
        elif [[ $candidate ]]; then
            COMPREPLY+=("$candidate")
        fi
    done < <("$program" completion --query bash "$line" "$2" 2>/dev/null </dev/null)
    compopt -o nosort 2>/dev/null
    if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == *[=./,] ]]; then
        compopt -o nospace 2>/dev/null # there is more to come
    fi
}

complete -F _sweeprun sweeprun
