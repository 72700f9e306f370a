# Sourced by slurm-up and slurm-down: a cluster is a directory, and `open_cluster DIR` takes hold of it. It sets $dir and
# $conf, and holds the directory's lock (descriptor 9) until this shell ends. What daemons run is known by their names,
# munged, slurmctld, slurmd-n1 …, which are those of their pid files.

export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
default_dir=${TMPDIR:-/tmp}/sweeprun-slurm

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

misused() {
    say "$*; see ${0##*/} --help"
    exit 2
}

open_cluster() {
    dir=$(cd -- "$1" && pwd -P)
    conf=$dir/etc/slurm.conf
    export SLURM_CONF=$conf
    exec 9>"$dir/lock"
    flock 9
}

# What starts a daemon, as its /proc/PID/cmdline shows it: so no other process is ever taken for it, whatever its number.
command_of() {
    case $1 in
        munged) echo "munged --force --key-file=$dir/munge/key --socket=$dir/munge/socket --pid-file=$dir/pid/munged" \
            "--log-file=$dir/log/munged.log --seed-file=$dir/munge/seed" ;;
        slurmctld) echo "slurmctld -i -f $conf" ;; # -i: go on without the state that a crash has spoiled
        slurmd-*) echo "slurmd -N ${1#slurmd-} -f $conf" ;;
    esac
}

# Print the process of a daemon that runs.
pid_of() {
    local pid='' words
    { read -r pid <"$dir/pid/$1"; } 2>/dev/null || true
    [[ $pid ]] && words=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") && [[ ${words% } == "$(command_of "$1")" ]] &&
        echo "$pid"
} 2>/dev/null

start() {
    local name=$1 command
    read -ra command <<<"$(command_of "$name")"
    (cd -- "$dir/log" && "${command[@]}" </dev/null >>"$name.out" 2>&1 8>&- 9>&-)
}

stop() {
    local pid
    if pid=$(pid_of "$1"); then
        kill -CONT "$pid" 2>/dev/null || true # a test may have stopped it
        kill -TERM "$pid" 2>/dev/null || true
        within 10 ended "$pid" || kill -KILL "$pid" 2>/dev/null || true
    fi
    rm -f -- "$dir/pid/$1"
}

# A process that has ended may stay a zombie for long: in a container, process 1 may be slow to bury it.
ended() {
    case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in '' | Z* | X*) ;; *) return 1 ;; esac
}

# Wait at most so many seconds for a command to succeed.
within() {
    local deadline=$((SECONDS + $1))
    until "${@:2}" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || return 1
        sleep 0.05
    done
}
