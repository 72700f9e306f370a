# Sourced by the scripts beside it: `bootstrap run` makes sure that the project's own virtual environment, .venv, holds
# sweeprun (editable) and what it and its experiments need; `bootstrap test` what tests, documentation and linters need,
# too. Versions and hashes are those of requirements.lock: a file with another hash isn't installed. It sets $root, the
# project's directory, leaves the working directory alone, and takes milliseconds when there is nothing to do.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/.venv
stamp=$venv/.sweeprun-installed # written last: what is installed, and for which project files

say() { printf 'sweeprun: %s\n' "$*" >&2; }

bootstrap() {
    local wanted=$1
    up_to_date "$wanted" || install "$wanted"
}

# The stamp's lines: the project's directory (an environment can't be moved), a checksum, the parts of the lock.
up_to_date() {
    local place='' sum='' parts=''
    [[ -x $venv/bin/sweeprun && -e $venv/bin/python && -f $stamp ]] || return 1
    { read -r place && read -r sum && read -r parts; } <"$stamp" || return 1
    [[ $place == "$root" && $sum == "$(checksum)" && " $parts " == *" $1 "* ]]
}

checksum() { cat -- "$root/pyproject.toml" "$root/requirements.lock" | cksum; }

install() (
    wanted=$1
    python=$(find_python)
    lock "$python"
    if up_to_date "$wanted"; then return; fi # another start has done it meanwhile
    say "installing into $venv (a minute or two, once)"
    place='' parts=''
    if [[ -f $stamp ]]; then { read -r place && read -r && read -r parts; } <"$stamp" || true; fi
    rm -f -- "$stamp"
    if [[ ${place:-$root} != "$root" ]] || ! usable "$venv/bin/python"; then
        "$python" -m venv --clear -- "$venv"
        parts=''
    fi
    if [[ $wanted == test || " $parts " == *" test "* ]]; then parts='run test'; else parts=run; fi # never take tools away
    cd -- "$root"
    # What builds is there first, with its hashes checked like all else: pip would fetch it unchecked.
    locked build >"$venv/build.txt"
    for part in $parts; do locked "$part"; done >"$venv/locked.txt"
    pip --require-hashes --requirement "$venv/build.txt"
    pip --require-hashes --requirement "$venv/locked.txt"
    pip --editable .
    printf '%s\n' "$root" "$(checksum)" "$parts" >"$stamp.new"
    mv -- "$stamp.new" "$stamp"
)

# A part of the lock, which begins below a comment with its name.
locked() { awk -v part="$1:" '/^# / { shown = $2 == part } shown' requirements.lock; }

pip() {
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input --no-deps --no-build-isolation "$@"
}

find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 python3; do
        if suitable "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
        if [[ $candidate == "${PYTHON:-}" ]]; then break; fi
    done
    say "needs Python 3.11 or newer with its venv module${PYTHON:+, which PYTHON=$PYTHON is not}."
    say "Install one (on Debian: python3 and python3-venv), or name it: PYTHON=/path/to/python3.11 $0"
    return 2
}

suitable() { "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

usable() { "$1" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# Hold descriptor 9 locked until this shell ends: the lock belongs to the open file, not to the Python that takes it.
lock() {
    exec 9>"$root/.venv.lock"
    "$1" - <<'PYTHON'
import fcntl, sys

try:
    fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("sweeprun: waiting for another start to finish installing", file=sys.stderr)
    fcntl.flock(9, fcntl.LOCK_EX)
PYTHON
}
