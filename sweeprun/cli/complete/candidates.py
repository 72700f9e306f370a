"""What the word at the cursor may become. Nothing is run, nothing written; what can't be read proposes nothing."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sweeprun.cli.complete.run_values import values_of_run
from sweeprun.cli.complete.syntax import SHELLS, SYNTAX, Syntax, Value
from sweeprun.cli.main import INTERNAL, SUBCOMMANDS

FILES: Mapping[str, str] = {"": "files"}
"""Stands for files: shells complete these best themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The words before the cursor, taken apart.

    Attributes
    ----------
    given
        Options -> their values.
    arguments
        The other words.
    waiting
        The option whose value comes next.
    """

    given: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    waiting: str | None = None

    @classmethod
    def read(cls, words: Sequence[str], syntax: Syntax) -> "Typed":
        given: dict[str, str] = {}
        arguments: list[str] = []
        waiting = None
        for word in words:
            name, equals, value = word.partition("=")
            if waiting is not None:
                given[waiting], waiting = word, None
            elif word in syntax.options:
                waiting = word
            elif word.startswith("-"):
                given[name if equals else word] = value
            else:
                arguments.append(word)
        return cls(given=given, arguments=tuple(arguments), waiting=waiting)

    def value(self, *names: str) -> str | None:
        """What an option was given, by any of its names."""
        return next((self.given[name] for name in names if name in self.given), None)

    def run(self) -> Path | None:
        """The run directory among the arguments."""
        return next((Path(word) for word in self.arguments if (Path(word) / "manifest.json").is_file()), None)


def candidates(words: Sequence[str], current: str) -> Mapping[str, str]:
    """What ``current`` may become, each with a few words about it; best first.

    Parameters
    ----------
    words
        Those before the one at the cursor, ``sweeprun`` itself not counted.
    current
        What is typed of the word at the cursor.
    """
    if not words:
        fitting = {name: text for name, text in SUBCOMMANDS.items() if name.startswith(current)}
        public = {name: text for name, text in fitting.items() if name not in INTERNAL}
        if public:
            return public
    subcommand = words[0] if words and words[0] in SUBCOMMANDS else ""
    syntax = SYNTAX[subcommand]
    typed = Typed.read(words[1:] if subcommand else words, syntax)
    found = _at_cursor(syntax, typed, current)
    if found is FILES:
        return found
    return {text: about for text, about in found.items() if text.startswith(current) and text.isprintable()}


def _at_cursor(syntax: Syntax, typed: Typed, current: str) -> Mapping[str, str]:
    if typed.waiting is not None:
        return _values(syntax.options[typed.waiting], typed, current)
    name, equals, value = current.partition("=")
    if equals and name.startswith("--") and name in syntax.options:
        fitting = _values(syntax.options[name], typed, value)
        return {f"{name}={text}": about for text, about in (files(value) if fitting is FILES else fitting).items()}
    if current.startswith("-"):
        unused = [name for name in syntax.names if name not in typed.given]
        return dict.fromkeys(sorted(unused, key=lambda name: not name.startswith("--")), "")
    found: dict[str, str] = {}
    for kind in syntax.arguments:
        more = _values(kind, typed, current)
        if more is FILES or (kind is Value.RUN and more and current):
            return more
        found.update(more)
    return found


def _values(kind: Value | tuple[str, ...], typed: Typed, current: str) -> Mapping[str, str]:  # noqa: PLR0911  # a table
    if isinstance(kind, tuple):
        return dict.fromkeys(kind, "")
    match kind:
        case Value.FILE:
            return FILES
        case Value.RUN:
            return _runs(typed, current)
        case Value.CONFIG:
            return _configs(typed)
        case Value.OVERRIDE:
            return _overrides(typed, current)
        case Value.SHELL:
            return dict.fromkeys(SHELLS, "")
        case Value.TEXT:
            return {}
    return values_of_run(kind, typed.run(), current)


def _runs(typed: Typed, current: str) -> Mapping[str, str]:
    """The runs below ./multirun, newest first; files if the word leads elsewhere; nothing if a run was named."""
    from sweeprun.store.finding import find_runs

    if typed.run() is not None or "=" in current or current.startswith("hydra"):
        return {}
    found = [os.path.relpath(run.path) for run in find_runs()]
    fitting = [path for path in found if path.startswith(current)]
    return dict.fromkeys(fitting, "") if fitting or "/" not in current else FILES


def _configs(typed: Typed) -> Mapping[str, str]:
    """The primary configs of the config directories."""
    folders = [typed.value("-cp", "--config-path") or "conf", typed.value("-cd", "--config-dir")]
    return {path.stem: "" for folder in folders if folder is not None for path in sorted(Path(folder).glob("*.y*ml"))}


def _overrides(typed: Typed, current: str) -> Mapping[str, str]:
    """Config keys, groups and their options: Hydra's to know."""
    key, equals, value = current.partition("=")
    if equals and value.startswith(("./", "../", "/")):
        return {f"{key}={path}": about for path, about in files(value).items()}

    from sweeprun.config.completing import Overrides, complete_override

    typed_overrides = Overrides(
        path=typed.value("-cp", "--config-path"),
        name=typed.value("-cn", "--config-name"),
        extra=typed.value("-cd", "--config-dir"),
        words=typed.arguments,
    )
    return complete_override(typed_overrides, current)


def files(start: str) -> Mapping[str, str]:
    """The files whose paths begin so; directories with their slash."""
    folder, slash, name = start.rpartition("/")
    entries = sorted(os.scandir(folder + slash or "."), key=lambda entry: entry.name)
    shown = [entry for entry in entries if name.startswith(".") or not entry.name.startswith(".")]
    return {folder + slash + entry.name + ("/" if entry.is_dir() else ""): "" for entry in shown}
