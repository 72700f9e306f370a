# Completion of sweeprun's words in fish: sweeprun completion fish | source

function __sweeprun_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l program sweeprun
    if string match -q '*/bin/sweeprun' -- $before[1]
        set program (string replace -r '^~/' "$HOME/" -- $before[1]) # an environment's own
    end
    set -l lines ($program completion --query fish $before[2..] "$current" 2>/dev/null </dev/null)
    if test "$lines" = \tfiles
        __fish_complete_path "$current"
    else
        string join -- \n $lines
    end
end

complete -c sweeprun -f -k -a '(__sweeprun_complete)'
