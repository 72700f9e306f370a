"""The config of a study that runs an executable: ``sweeprun init --command './simulate --rate {rate=0.1}'``."""

import json
import re
import shlex
from contextlib import suppress
from dataclasses import dataclass

from sweeprun.errors import UsageError

_PLACE = re.compile(r"\{([^\W\d]\w*)(?:=([^{}]*))?\}", re.ASCII)
_OF_SHELLS = frozenset({"|", "||", "&", "&&", ";", "<", ">", ">>", "2>", "2>&1"})
"""Words that mean something to a shell only."""

_OF_TASKS = frozenset({"config", "task_id", "seed"})
"""What each task fills in by itself."""

_HEAD = """\
# What to run: an executable, and its parameters. It runs in each task's own directory, and its result is read from
# result.json, result.nc or its standard output. {seed}, {task_id} and {config} (a file) are filled in for each task.

defaults:
  - _self_
  - override hydra/sweeper: study   # the root seed of all random streams: conf/hydra/sweeper/study.yaml

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command line with its parameters.

    Attributes
    ----------
    words
        The executable and its arguments, the parameters as interpolations.
    parameters
        Their names -> their values, or None where none was given.
    """

    words: tuple[str, ...]
    parameters: dict[str, str | None]

    @classmethod
    def parse(cls, text: str) -> "Command":
        """Read a command line in which ``{rate}`` or ``{rate=0.1}`` is a parameter.

        Raises
        ------
        UsageError
            If it is empty, or can't be split.
        """
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise UsageError(f"--command {text!r} can't be split into words: {error}") from error
        if not words:
            raise UsageError("--command is empty; write a command line: --command './simulate --rate {rate=0.1}'")
        of_shell = next((word for word in words if word in _OF_SHELLS or "${" in word), None)
        if of_shell is not None:
            raise UsageError(
                f"--command {text!r}: no shell reads it, so {of_shell!r} would be a mere word; put what needs a shell "
                "into a script, and name that; a parameter is {rate} or {rate=0.1}"
            )
        parameters: dict[str, str | None] = {}

        def interpolation(found: re.Match[str]) -> str:
            name, value = found.groups()
            if name in _OF_TASKS:
                return f"{{{name}}}"
            if name in ("task", "hydra"):
                raise UsageError(
                    f"--command {text!r}: a config has a key {name!r} already; name the parameter otherwise"
                )
            known = parameters.get(name)
            if None not in (known, value) and known != value:
                raise UsageError(f"--command {text!r} gives {name!r} two values, {known} and {value}; keep one")
            parameters[name] = known if value is None else value
            return f"${{{name}}}"

        return cls(words=tuple(_PLACE.sub(interpolation, word) for word in words), parameters=parameters)

    def config(self) -> str:
        """The config, as YAML."""
        words = ", ".join(json.dumps(word, ensure_ascii=False) for word in self.words)
        lines = [f"{name}: {'???' if value is None else _scalar(value)}" for name, value in self.parameters.items()]
        task = f"task:\n  _target_: sweeprun.command\n  command: [{words}]\n"
        return _HEAD + task + "".join(f"\n{line}" for line in lines) + ("\n" if lines else "")

    def sweep(self) -> str:
        """What to sweep, as one types it: members, and the parameters that need a value."""
        return " ".join([*(f"{key}=…" for key, value in self.parameters.items() if value is None), _MEMBERS])


_MEMBERS = "hydra.sweeper.members=20"
_OCTAL = re.compile(r"[-+]?0\d+")


def _scalar(text: str) -> str:
    """A value as YAML: numbers and truth values as they are, all else in quotes, as ``010``, which YAML reads as 8."""
    with suppress(ValueError):
        float(text)
        if not _OCTAL.fullmatch(text):
            return text
    return text if text in ("true", "false") else json.dumps(text, ensure_ascii=False)
