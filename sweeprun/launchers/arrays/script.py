"""The job script: the output of pure functions, so that it can be shown, kept and submitted again by hand."""

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from sweeprun.cpus import THREAD_VARIABLES
from sweeprun.launchers.arrays.scheduler import WARNING, JobRequest, Scheduler
from sweeprun.secrecy import refers_to_environment


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


def render_script(
    scheduler: Scheduler,
    request: JobRequest,
    *,
    cwd: Path,
    variables: Mapping[str, str],
    setup: Iterable[str],
    command: Iterable[str],
) -> str:
    """The job script.

    Parameters
    ----------
    scheduler
        The scheduler that it is for.
    request
        What is asked for.
    cwd
        Where the workers work.
    variables
        Environment variables to set.
    setup
        Lines of bash, run as they are before the command.
    command
        What is run: the words of a command.
    """
    by_hand = scheduler.by_hand
    threads = (*THREAD_VARIABLES, *scheduler.cpu_variables)
    return "\n".join(
        [
            "#!/bin/bash",
            *scheduler.directives(request),
            "#",
            "# Made by sweeprun. To submit it again by hand:",
            f"#   cd {quote(str(request.run))} && {by_hand.submit.format(script=request.script)}",
            "",
            *scheduler.opening(request),
            f"trap '' {WARNING} # the warning before the time limit is for the process that takes this one's place",
            f"cd -- {quote(str(cwd))} || exit 1",
            *(f"export {variable}={scheduler.cpus}" for variable in threads),
            *(_variable(name, value, by_hand.submit_program) for name, value in variables.items()),
            *setup,
            f"exec {' '.join(map(quote, command))}",
            "",
        ]
    )


def _variable(name: str, value: str, submit_program: str) -> str:
    """The line that sets a variable; one that refers to the environment comes with that of the submission."""
    if refers_to_environment(value):
        return f"# {name} is set in the environment of {submit_program}"
    return f"export {name}={quote(value)}"
