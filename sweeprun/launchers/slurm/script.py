"""The job script: the output of pure functions, so that it can be shown, kept and submitted again by hand.

Options are ``#SBATCH`` lines, so nothing depends on how ``sbatch`` is called but the working directory, the run
directory: the log's path is relative to it, and so needs no quoting.
"""

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from sweeprun.cpus import THREAD_VARIABLES
from sweeprun.launchers.slurm.options import directive
from sweeprun.secrecy import refers_to_environment

COMMENT = "sweeprun:"
"""What the comment of our jobs begins with; the submission's token follows."""

_THREADS = '"${SLURM_CPUS_PER_TASK:-1}"'


def quote(text: str) -> str:
    """A text as one word of bash, on one line whatever it holds."""
    if text.isprintable():
        return shlex.quote(text)
    return f"$'{''.join(map(_escape, text))}'"


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if character in "\\'":
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{code:08x}"


def log_lines(run: Path, log: str) -> tuple[list[str], list[str]]:
    """How a job's output gets to a log below the run directory: directives, and lines of the script.

    ``log`` may hold ``%a``. Slurm expands ``%`` in the whole path, and stops expanding at a backslash; in such a
    directory the script redirects its output itself.
    """
    if "%" not in str(run) and "\\" not in str(run):
        return [directive("output", log), directive("open-mode", "append")], []
    before, index, after = log.partition("%a")
    word = quote(f"{run}/{before}") + ('"$SLURM_ARRAY_TASK_ID"' if index else "") + after
    return [directive("output", "/dev/null")], [f"exec >>{word} 2>&1"]


def _variable(name: str, value: str) -> str:
    """The line that sets a variable; one that refers to the environment comes with that of ``sbatch``."""
    return (
        f"# {name} is set in the environment of sbatch"
        if refers_to_environment(value)
        else f"export {name}={quote(value)}"
    )


def render_script(
    *,
    run: Path,
    name: str,
    log: str,
    cwd: Path,
    options: Mapping[str, str | None],
    variables: Mapping[str, str],
    setup: Iterable[str],
    command: Iterable[str],
) -> str:
    """The job script.

    Parameters
    ----------
    run
        The run directory.
    name
        The script's path below it.
    log
        The log's path below it, in which ``%a`` stands for the array index.
    cwd
        Where the workers work.
    options
        Options of ``sbatch`` by their long names; None for a flag.
    variables
        Environment variables to set.
    setup
        Lines of bash, run as they are before the command.
    command
        What is run: the words of a command.
    """
    log_options, redirection = log_lines(run, log)
    return "\n".join(
        [
            "#!/bin/bash",
            *(directive(option, value) for option, value in options.items()),
            *log_options,
            "#",
            "# Made by sweeprun. To submit it again by hand:",
            f"#   cd {quote(str(run))} && sbatch {name}",
            "",
            *redirection,
            "trap '' USR1 # the warning before the time limit is for the process that takes this one's place",
            f"cd -- {quote(str(cwd))} || exit 1",
            *(f"export {variable}={_THREADS}" for variable in (*THREAD_VARIABLES, "SRUN_CPUS_PER_TASK")),
            *(_variable(name, value) for name, value in variables.items()),
            *setup,
            f"exec {' '.join(map(quote, command))}",
            "",
        ]
    )
