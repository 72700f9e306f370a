"""Notices: what a worker found out about a run that its user should know, told once a run."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from sweeprun.errors import FormatError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import create_file, read_file, read_json
from sweeprun.wording import hydra, sweeper

_MOST_FAILURES = 2**24
_MOST_NOTICE = 2**16
"""Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draws:
    """A task function that draws from other generators than its own.

    Attributes
    ----------
    function
        Its name.
    tasks
        The tasks among which it was noticed.
    generators
        Which generators, as it calls them.
    application
        Whether it is an application's, which is called with the config alone and so has no ``rng``.
    """

    function: str
    tasks: str
    generators: str
    application: bool = False


_Kind = TypeVar("_Kind", bound=_Draws)

_CAN_DRAW_FROM_RNG = frozenset({"random", "numpy.random", "numba"})
"""The generators whose draws a NumPy generator can make instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalRandomness(_Draws):
    """A task function that uses global random generators.

    Attributes
    ----------
    seeded
        How modules seed them when they are imported, so that they begin in the same state in every worker.
    """

    seeded: str = ""

    def __str__(self) -> str:
        draws = f"{self.function} draws from {self.generators} (seen in task {self.tasks})"
        if self.seeded:
            return (
                f"{draws}, and every worker begins with {self.seeded}, so tasks of different workers draw the same "
                f"numbers; {self.advice()}"
            )
        return f"{draws}, so its results may not be reproducible; {self.advice()}"

    def advice(self) -> str:
        """What to do instead."""
        return advice_on(self.generators, application=self.application)


def advice_on(generators: str, *, application: bool = False) -> str:
    """What to do instead of drawing from some global generators; an application is given no ``rng``."""
    if application:
        ways, ours = ["seed it inside the function from a config value"], f"{hydra('/sweeper').to('sweeprun')} and "
    else:
        names = generators.split(" and ")
        others = [name for name in names if name not in _CAN_DRAW_FROM_RNG]
        ways, ours = ["draw from rng instead"] if len(others) < len(names) else [], ""
        ways += [f"seed {' and '.join(others)} from rng"] if others else []
    return f"{', '.join(ways)}, or set {ours}{sweeper('seed_globals').to(True)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedGenerators(_Draws):
    """A task function that uses generators of its module or notebook, of which every worker has a copy."""

    def __str__(self) -> str:
        return (
            f"{self.function} draws from {self.generators} (seen in task {self.tasks}), of which every worker has a "
            f"copy, so tasks of different workers draw the same numbers; {self.advice()}"
        )

    def advice(self) -> str:
        """What to do instead."""
        if self.application:
            return "make one inside the function from a config value"
        return "draw from the argument rng, or make one inside the function from a seed of its own"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseededGenerators(_Draws):
    """A task function that makes generators without a seed, so that they draw other numbers each time."""

    def __str__(self) -> str:
        return (
            f"{self.function} makes {self.generators} without a seed (seen in task {self.tasks}), so what it draws "
            f"from that differs from run to run; {self.advice()}"
        )

    def advice(self) -> str:
        """What to do instead."""
        return "give it a seed from the config" if self.application else "draw from rng instead, or give it a seed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Randomness:
    """What tasks were seen to draw from, besides their own streams."""

    globals: GlobalRandomness | None = None
    copied: CopiedGenerators | None = None
    unseeded: UnseededGenerators | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamClash:
    """A function that is given ``rng`` and makes a generator that draws the same numbers as the stream of a task.

    Attributes
    ----------
    function, place
        Where it makes that generator: the function, and the line of a file.
    call
        How it makes it.
    tasks
        The numbers of the tasks whose streams it has.
    instead
        A call that makes a generator which no task has.
    """

    function: str
    place: str
    call: str
    tasks: str
    instead: str

    def __str__(self) -> str:
        return f"{self.brief()}; write {self.instead}, which no task has, or set {sweeper('root_seed')}"

    def brief(self) -> str:
        """What draws which numbers, without what to do about it."""
        return (
            f"{self.function} makes {self.call} ({self.place}), which draws the same numbers as rng in "
            f"{'tasks' if ',' in self.tasks else 'task'} {self.tasks}"
        )


def note_global_randomness(run: RunDirectory, noted: GlobalRandomness) -> None:
    """Note it, if nobody has yet."""
    _note(run.global_randomness, noted)


def read_global_randomness(run: RunDirectory) -> GlobalRandomness | None:
    """What was noted; None if nothing was, or it can't be read."""
    return _read_draws(run.global_randomness, GlobalRandomness)


def note_copied_generators(run: RunDirectory, noted: CopiedGenerators) -> None:
    """Note it, if nobody has yet."""
    _note(run.copied_generators, noted)


def read_copied_generators(run: RunDirectory) -> CopiedGenerators | None:
    """What was noted; None if nothing was, or it can't be read."""
    return _read_draws(run.copied_generators, CopiedGenerators)


def note_unseeded_generators(run: RunDirectory, noted: UnseededGenerators) -> None:
    """Note it, if nobody has yet."""
    _note(run.unseeded_generators, noted)


def read_unseeded_generators(run: RunDirectory) -> UnseededGenerators | None:
    """What was noted; None if nothing was, or it can't be read."""
    return _read_draws(run.unseeded_generators, UnseededGenerators)


def read_randomness(run: RunDirectory) -> Randomness:
    """All that was noted of what tasks draw from."""
    return Randomness(
        globals=read_global_randomness(run),
        copied=read_copied_generators(run),
        unseeded=read_unseeded_generators(run),
    )


def note_stream_clash(run: RunDirectory, noted: StreamClash) -> None:
    """Note it, if nobody has yet."""
    _note(run.stream_clash, noted)


def read_stream_clash(run: RunDirectory) -> StreamClash | None:
    """What was noted; None if nothing was, or it can't be read."""
    with suppress(OSError, FormatError, KeyError):
        data = read_json(run.stream_clash, _MOST_NOTICE)
        return StreamClash(**{name: str(data[name]) for name in StreamClash.__dataclass_fields__})
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnrecordedResult:
    """A Hydra application that returned what can't be recorded, and whose tasks had succeeded all the same.

    Only runs of earlier versions have it.

    Attributes
    ----------
    task_id
        The task of which it was noticed.
    why
        What is wrong with what it returned.
    """

    task_id: int
    why: str

    def __str__(self) -> str:
        return (
            f"what task {self.task_id} returned is not recorded: {self.why}; return numbers, arrays, texts, a flat "
            "mapping of these, or an xarray Dataset"
        )


def read_unrecorded_result(run: RunDirectory) -> UnrecordedResult | None:
    """What was noted; None if nothing was, or it can't be read."""
    with suppress(OSError, FormatError, KeyError, TypeError, ValueError):
        data = read_json(run.unrecorded_result, _MOST_NOTICE)
        return UnrecordedResult(task_id=int(data["task_id"]), why=str(data["why"]))
    return None


def _note(path: Path, noted: _Draws | StreamClash) -> None:
    with suppress(OSError):  # it is there already; or the disk is full, which the next record says
        create_file(path, json.dumps(asdict(noted)).encode())


def _read_draws(path: Path, kind: type[_Kind]) -> _Kind | None:
    with suppress(OSError, FormatError, TypeError):  # the last if something is not there
        data = read_json(path, _MOST_NOTICE)
        texts: dict[str, Any] = {own.name: str(data[own.name]) for own in fields(kind) if own.name in data}
        return kind(**(texts | {"application": data.get("application") is True}))
    return None


def note_failure(run: RunDirectory, attempt: int, task_id: int) -> None:
    """Count a task that has failed for good; ``attempt`` is that of the submission."""
    with run.failures(attempt).open("a", encoding="ascii") as file:
        file.write(f"{task_id}\n")


def count_failures(run: RunDirectory, attempt: int) -> int:
    """How many tasks have failed for good in the submissions of an attempt."""
    with suppress(OSError, FormatError):
        return len(set(read_file(run.failures(attempt), _MOST_FAILURES).split()))
    return 0
