"""The front door: a subcommand if the first word is one; otherwise Hydra's own command line."""

import importlib
import os
import sys
from collections.abc import Sequence

from sweeprun._version import __version__
from sweeprun.display.streams import exit_code, standard_streams
from sweeprun.errors import SweeprunError, UsageError, describe_os_error
from sweeprun.memory import address_space_problem

SUBCOMMANDS = {
    "init": "lay out a new study: a config, a task function, and how to run them",
    "plan": "show what a sweep would run, and run nothing",
    "collect": "merge the records of a run into one labelled Dataset",
    "stats": "means over the members of an ensemble, with their errors",
    "status": "count the tasks of a run by state, and group its failures",
    "show": "show a run, or one of its tasks",
    "logs": "print what a task printed",
    "wait": "wait until everything of a run has ended",
    "cancel": "stop what waits or runs of a run, or some of its tasks",
    "throttle": "change how many elements of a run may run at once",
    "resume": "run the tasks that have no result and are in no queue",
    "extend": "add values to the axes of a run, and run the new points",
    "replay": "run one task again here, and compare its result with the recorded one",
    "verify": "run a sample of tasks again, and compare their results with the recorded ones",
    "report": "write one HTML page that shows a run, or serve it while the run goes on",
    "list": "list the runs, newest first",
    "completion": "print what makes a shell complete sweeprun's words: bash, zsh or fish",
    "start": "launch what was written to be launched in the background; what sweeprun.sweep() starts",
    "worker": "run elements of a run's array; what launchers start",
    "element": "run the element of a job array that this job is; what job scripts start",
}
INTERNAL = ("start", "worker", "element")
"""Nobody types them."""

_HELP = """\
sweeprun {version}: Monte Carlo and ensemble sweeps whose results can be trusted

usage: sweeprun [-m] [key=value …] [Hydra's options]
       sweeprun SUBCOMMAND …

  sweeprun lr=0.1                          run one task here, and print its result
  sweeprun -m lr=0.1,0.01 'seed=range(20)' run 40 tasks, and record their results
  sweeprun -m hydra.sweeper.members=100    run an ensemble of 100 members
  sweeprun collect                         merge the newest run into one labelled Dataset

subcommands (each has --help):
{subcommands}

The config is ./conf/config.yaml unless -cp DIRECTORY, -cn NAME or -cd DIRECTORY say otherwise. `sweeprun -h` shows it
with its groups, `sweeprun --cfg job` prints it, `sweeprun --hydra-help` explains Hydra's own options. Options of a
sweep are hydra.sweeper.{{params,members,root_seed,streams,bit_generator,sample,exclude,only,retries,retry_on,timeout,
max_failures,seed_globals}} (--exclude CONDITION and --only CONDITION are short for two of them) and of its launcher
hydra.launcher.{{throttle,cpus_per_task,tasks_per_job}}; hydra/launcher=slurm submits one job array instead of
running here, and has more (`sweeprun --cfg hydra -p hydra.launcher hydra/launcher=slurm` shows them)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; its exit code: 0 success, 1 failed tasks, 2 wrong usage."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    with standard_streams():
        try:
            return exit_code(0 if _answer(words) else _run(words))
        except SystemExit as end:  # argparse has printed help, or what is wrong
            if not end.code and (code := exit_code(0)):
                return code
            raise


def _answer(words: list[str]) -> bool:
    """Print what needs nothing else to be loaded; whether these words ask for it."""
    if words == ["--help"]:
        width = max(map(len, SUBCOMMANDS))
        listed = "\n".join(f"  {name:<{width}} {text}" for name, text in SUBCOMMANDS.items())
        print(_HELP.format(version=__version__, subcommands=listed))
    elif words == ["--version"]:
        print(f"sweeprun {__version__}")
    else:
        return False
    return True


def _run(words: list[str]) -> int:
    """Run a command line, and say what is wrong in its words."""
    from sweeprun.wording import TERMINAL, speaking

    with speaking(TERMINAL):
        return _dispatch_or_say(words)


def _dispatch_or_say(words: list[str]) -> int:
    """Run a command line whatever becomes of what it prints."""
    try:
        return _dispatch(words)
    except SweeprunError as error:
        if os.environ.get("HYDRA_FULL_ERROR") == "1":
            raise
        from sweeprun.safe_text import plain_message

        print(f"sweeprun: {plain_message(error)}", file=sys.stderr)
        return error.exit_code
    except OSError as error:  # a full disk, a file system that became read-only, no permission
        if os.environ.get("HYDRA_FULL_ERROR") == "1":
            raise
        print(f"sweeprun: {describe_os_error(error)}", file=sys.stderr)
        return UsageError.exit_code


def _dispatch(words: list[str]) -> int:
    if problem := address_space_problem():
        raise UsageError(problem)
    first = words[0] if words else ""
    if first in SUBCOMMANDS:
        module = importlib.import_module(f"sweeprun.cli.{first}")
        code: int = module.main(words[1:])
        return code
    if first and first.isidentifier():
        from difflib import get_close_matches

        close = get_close_matches(first, SUBCOMMANDS, n=1)
        hint = f"did you mean `sweeprun {close[0]}`?" if close else f"subcommands are {', '.join(SUBCOMMANDS)}."
        raise UsageError(f"{first!r} is neither a subcommand nor an override key=value; {hint}")
    from sweeprun.cli.run import run

    return run(words)
