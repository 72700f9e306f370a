# Completion of sweeprun's words in zsh: eval "$(sweeprun completion zsh)"

_sweeprun() {
    emulate -L zsh
    local program=${(Q)words[1]} line tab=$'\t'
    case $program in
        '~/'*/bin/sweeprun) program=$HOME/${program#'~/'} ;;
        */bin/sweeprun) ;; # an environment's own
        *) program=sweeprun ;;
    esac
    local -a before lines whole whole_shown begun begun_shown
    before=("${(@Q)words[2,CURRENT-1]}")
    lines=("${(@f)$("$program" completion --query zsh "${before[@]}" "${(Q)PREFIX}" 2>/dev/null </dev/null)}")
    for line in $lines; do
        if [[ $line == "${tab}files" ]]; then
            _files
            return
        fi
        local text=${line%%$tab*} about=${line#*$tab}
        [[ -n $text ]] || continue
        if [[ $text == *[=./,] ]]; then # there is more to come
            begun+=("$text") begun_shown+=("$text${about:+  -- $about}")
        else
            whole+=("$text") whole_shown+=("$text${about:+  -- $about}")
        fi
    done
    local found=1
    local -a lined
    [[ "$begun_shown $whole_shown" == *'  -- '* ]] && lined=(-l)
    (($#begun)) && compadd -V sweeprun $lined -S '' -d begun_shown -- $begun && found=0
    (($#whole)) && compadd -V sweeprun $lined -d whole_shown -- $whole && found=0
    return found
}

if ((! $+functions[compdef])); then
    autoload -Uz compinit && compinit -i
fi
compdef _sweeprun sweeprun
