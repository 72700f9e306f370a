"""Options and commands in messages, named by what they are: each door spells them in its own words.

A message is composed far below the door that shows it::

    f"{sweeper('members')} is {members}; an ensemble needs at least 1 member"
    f"go on with: {Command('resume', run=run.shown())}"

says ``hydra.sweeper.members`` and ``sweeprun resume RUN`` at a terminal, ``members`` and ``run.resume()`` in Python. A
process speaks to its user through one door at a time, so which one that is, is said once, where the door is entered;
threads that a door leaves behind go on in its words.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

__all__ = ["PYTHON", "TERMINAL", "Command", "Option", "Setting", "flag", "hydra", "launcher", "speaking", "sweeper"]


@dataclass(frozen=True, slots=True)
class Option:
    """An option, wherever it is given.

    Attributes
    ----------
    place
        Where the command line has it: ``hydra.sweeper.``, ``hydra.launcher.``, another part of Hydra's config, or, as
        ``--``, among the words of a command.
    name
        Its name there.
    """

    place: str
    name: str

    def __str__(self) -> str:
        return _words.option(self)

    def __getitem__(self, name: str) -> "Option":
        """An entry of an option that is a mapping."""
        return Option(self.place, f"{self.name}.{name}")

    def to(self, value: Any) -> "Setting":
        """The option with a value, as it is typed; one in capitals stands for whatever the user has."""
        return Setting(self, value)


@dataclass(frozen=True, slots=True)
class Setting:
    """An option with its value."""

    option: Option
    value: Any

    def __str__(self) -> str:
        return _words.setting(self.option, self.value)


def sweeper(name: str) -> Option:
    """An option of the sweeper: members, streams, what becomes of tasks that fail."""
    return Option("hydra.sweeper.", name)


def launcher(name: str) -> Option:
    """An option of the launcher."""
    return Option("hydra.launcher.", name)


def hydra(name: str) -> Option:
    """Another key of Hydra's own config, such as ``sweep.dir``; or a group of it, ``/launcher``."""
    return Option("hydra" if name.startswith("/") else "hydra.", name)


def flag(name: str) -> Option:
    """An option of a verb, by the name that it has in Python."""
    return Option("--", name)


@dataclass(frozen=True, slots=True)
class Command:
    """What the user may call next.

    Attributes
    ----------
    verb
        A subcommand.
    run
        The run that it is about, as it is typed; by default none is named.
    words
        What comes before the options.
    options
        The options that it gets.
    """

    verb: str
    run: str | None = None
    words: tuple[Any, ...] = ()
    options: tuple[Setting, ...] = field(default=(), kw_only=True)

    def __str__(self) -> str:
        return _words.command(self)

    def with_option(self, setting: Setting) -> "Command":
        """The same with one more option."""
        return replace(self, options=(*self.options, setting))


class Words(Protocol):
    """How a door spells options and commands."""

    def option(self, option: Option) -> str:
        """An option."""

    def setting(self, option: Option, value: Any) -> str:
        """An option with its value."""

    def command(self, command: Command) -> str:
        """What is to be called."""


class _Terminal:
    """Hydra's overrides, and the subcommands of ``sweeprun``."""

    _SHORT: ClassVar[Mapping[str, str]] = {"output": "-o"}

    def option(self, option: Option) -> str:
        if option.place != "--":
            return option.place + option.name
        return self._SHORT.get(option.name, f"--{option.name.replace('_', '-')}")

    def setting(self, option: Option, value: Any) -> str:
        if option.place != "--" and isinstance(value, list):
            return f"'{self.option(option)}=[{','.join(map(str, value))}]'"
        if option.place != "--":
            return f"{self.option(option)}={_on_command_line(value)}"
        return self.option(option) if value is True else f"{self.option(option)} {_on_command_line(value)}"

    def command(self, command: Command) -> str:
        run = () if command.run is None else (command.run,)  # which quotes itself
        options = (self.setting(each.option, each.value) for each in command.options)
        return " ".join(["sweeprun", command.verb, *run, *map(str, command.words), *options])


class _Python:
    """Arguments of `sweeprun.sweep` and methods of `sweeprun.Run`."""

    _NAMES: ClassVar[Mapping[str, str]] = {"sweep.dir": "directory", "/launcher": "launcher"}
    _CALLS: ClassVar[Mapping[str, str]] = {"list": "sweeprun.list_runs()", "plan": "sweeprun.plan(…)"}
    """Of verbs that are no methods of a run."""

    def option(self, option: Option) -> str:
        if option.place == "hydra.launcher." and option.name != "throttle":
            return "launcher" + "".join(f"[{part!r}]" for part in option.name.split("."))
        return self._NAMES.get(option.name, option.name)

    def setting(self, option: Option, value: Any) -> str:
        if option.name == "output":
            return "…" if value is ... else repr(value)
        if option.place == "hydra.launcher." and option.name != "throttle":
            return f"launcher={{…, {option.name!r}: {_in_python(value)}}}"
        return f"{self.option(option)}={_in_python(value)}"

    def command(self, command: Command) -> str:
        given = {each.option.name: each.value for each in command.options}
        if command.verb == "collect" and given.keys() == {"variables"}:
            return f"run[{given['variables']!r}]"
        if command.verb in self._CALLS:
            return self._CALLS[command.verb]
        if command.verb == "show":
            return f"run.task({command.words[0]})" if command.words else "run"
        options = (self.setting(each.option, each.value) for each in command.options if each.option.name != "pdb")
        return f"run.{command.verb}({', '.join([*map(str, command.words), *options])})"


TERMINAL: Words = _Terminal()
PYTHON: Words = _Python()

_words: Words = PYTHON


@contextmanager
def speaking(words: Words) -> Iterator[None]:
    """Messages that are composed meanwhile are in the words of a door; Python's are the default."""
    global _words  # noqa: PLW0603  # a process has one user
    before, _words = _words, words
    try:
        yield
    finally:
        _words = before


def _on_command_line(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is ...:
        return "…"
    if isinstance(value, list):
        value = ",".join(map(str, value))
    from shlex import quote  # which most processes never need

    return quote(str(value))


def _in_python(value: Any) -> str:
    if value is ...:
        return "…"
    return value if isinstance(value, str) and value.isupper() else repr(value)
