"""What somebody asks for in Python: the launcher and the policy, how it is written down, and how errors are told."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Any

from sweeprun.config.launching import Given
from sweeprun.display.terminal import Terminal
from sweeprun.errors import OverrideError, SweeprunError
from sweeprun.runs.events import Observer

_POLICY = ("retries", "retry_on", "timeout", "max_failures", "seed_globals")
_AS_ARGUMENTS = {
    "hydra.sweeper.seed_globals=true": "seed_globals=True",
    "hydra.sweeper.": "",
    "hydra.launcher.": "",
    "hydra/launcher=": "launcher=",
    "hydra.sweep.dir": "directory",
    "--allow-drift": "allow_drift=True",
    "--trust": "trust=True",
}
"""What messages of the command line call arguments of Python."""

_LAUNCHERS = re.compile(r"hydra[.]launcher[.]cpus_per_task=([0-9]+)")
"""Options that are no arguments of their own."""

_COMMAND = re.compile(r"sweeprun (resume|wait|cancel) (?:'[^']*'|[^\s,;)`']+)( --incomplete)?")
"""With the run that it is about, as a shell takes it."""


def changes_of(launcher: Any, throttle: int | None, of_policy: Mapping[str, Any]) -> Given:
    """The launcher and the policy that somebody gave.

    Raises
    ------
    OverrideError
        If a launcher is neither a name nor options.
    """
    unknown = [name for name in of_policy if name not in _POLICY]
    if unknown:
        raise OverrideError(f"{unknown[0]!r} is no option; there are launcher, throttle, {', '.join(_POLICY)}")
    options = _options(launcher)
    name = options.pop("name", None)
    if throttle is not None:
        options["throttle"] = throttle
    return Given(name=name, options=options, of_policy={key: own for key, own in of_policy.items() if own is not None})


def _options(launcher: Any) -> dict[str, Any]:
    if launcher is None:
        return {}
    if isinstance(launcher, str):
        return {"name": launcher}
    if is_dataclass(launcher) and not isinstance(launcher, type):
        return {own.name: getattr(launcher, own.name) for own in fields(launcher)}
    if isinstance(launcher, Mapping):
        return dict(launcher)
    raise OverrideError(
        f"launcher is {launcher!r}; give 'local', 'slurm', or options with the name: "
        "{'name': 'slurm', 'sbatch': {'time': 30}}"
    )


@contextmanager
def in_python() -> Iterator[None]:
    """Errors name arguments as they are in Python, and none of the frames in here that lead to them."""
    try:
        yield
    except SweeprunError as error:
        if os.environ.get("HYDRA_FULL_ERROR") == "1":
            raise
        told = str(error)
        said = as_in_python(told)
        raise (error.with_traceback(None) if said == told else type(error)(said)) from None


class _InPython(Terminal):
    """Says on standard error, in words of Python, how a verb goes on."""

    def note(self, text: str) -> None:
        super().note(as_in_python(text))

    def warn(self, text: str) -> None:
        super().warn(as_in_python(text))


IN_PYTHON: Observer = _InPython()


def as_in_python(text: str) -> str:
    """What is said in words of the command line, in those of Python: names of options, and what to type next."""
    text = _LAUNCHERS.sub(r"launcher={'name': 'local', 'cpus_per_task': \1}", text)
    for typed, argument in _AS_ARGUMENTS.items():
        text = text.replace(typed, argument)
    return _COMMAND.sub(lambda found: f"run.{found[1]}({'incomplete=True' if found[2] else ''})", text)


def trusts(trust: Any, values: dict[str, Any]) -> bool:
    """Whether a call says that a run is trusted; what is no truth value is for an axis of that name."""
    if isinstance(trust, bool):
        return trust
    values["trust"] = trust
    return False
