"""Where in the user's own code a task failed, and what went wrong in one line: read from what its record keeps.

Records keep an exception's traceback as Python prints it, so records of earlier versions tell as much.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from sweeprun.errors import CommandError

_HEADER = re.compile(r"^(?:  \+ )?(Exception Group )?Traceback \(most recent call last\):$", re.MULTILINE)
_FRAME = re.compile(r'^[ |]*File "(?P<file>.{1,4096}?)", line (?P<line>\d{1,9})(?:, in (?P<function>.{1,500}))?$')
_FIRST_OF_GROUP = re.compile(r"^ *\+-\+-{16} 1 -{16}$", re.MULTILINE)
_NEXT_OF_GROUP = re.compile(r"^ *\+-{16} (?:2|\.\.\.) -{16}$|^ *\+-{36}$", re.MULTILINE)
_BAR = re.compile(r"^ *\| ?", re.MULTILINE)
_COMMAND = re.compile(r"(?P<words>.*?) ended with (?P<ended>exit code \d+|signal \d+)\n(?P<tail>.*)", re.DOTALL)
_LIBRARY = re.compile(r"/(?:site|dist)-packages/|/lib(?:64)?/python3(?:\.\d+)?/|^[^/].*\.(?:pyx|pxd|pxi)$")
"""The last are of compiled extensions, which name their sources by the directory that they were compiled in."""
_OURS = re.compile(
    r"/sweeprun/(?:cli|config|design|display|launchers|plugin|results|runs|store|worker)/[\w/]+\.py$|^"
    + re.escape(str(Path(__file__).parents[1]))
)
_CALLERS = re.compile(r"/(?:hydra|omegaconf)/")
_TYPED = re.compile(r"<(?:stdin|string|ipython-input|cell)\b")
_CELL = re.compile(r"/ipykernel_\d+/\d+\.py$|^<ipython-input|^<cell")
_INTERPRETER = re.compile(r"(?:python|bash|sh|zsh|Rscript|julia|perl|ruby|node)[\d.]*")
_LONGEST = 200
_MOST_READ = 40_000
"""So much of a message is shown, and so much of a traceback is looked at, which no worker records more of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A line of the user's code.

    Attributes
    ----------
    file
        As Python names it; of a command, the executable.
    line
        Its number; None of a command.
    function
        In which function it is; an empty text if it is in none.
    """

    file: str
    line: int | None = None
    function: str = ""

    def shown(self, base: str = "") -> str:
        """As it is shown, and found by editors: ``post.py:5``; below a directory, relative to it."""
        if _CELL.search(self.file):
            return f"cell:{self.line}" + (f" in {self.function}" if self.function.isidentifier() else "")
        path = PurePosixPath(self.file)
        name = str(path.relative_to(base)) if base and path.is_relative_to(base) else path.name or self.file
        return name if self.line is None else f"{name}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a failure comes to.

    Attributes
    ----------
    where
        The line; None if there is none of the user's.
    what
        The exception and what it said, in one line.
    """

    where: SourceLine | None
    what: str


def told_of(kind: str, message: str, traceback: str) -> Told:
    """Where and why a task failed.

    Parameters
    ----------
    kind, message, traceback
        Of its `sweeprun.store.records.Failure`.
    """
    command = _COMMAND.fullmatch(message) if kind == CommandError.__name__ else None
    if command is not None:
        where = source_line(command["tail"]) if _HEADER.search(command["tail"]) else None
        what = f"{command['ended']}: {_last_line(command['tail'])}"
        return Told(where=where or SourceLine(file=_program(command["words"])), what=_cut(what))
    lines = (line.strip() for line in message.splitlines() if line.strip())
    first = next(lines, "")
    if first.endswith(":"):  # as Hydra's, whose next line has the exception that it caught
        first = f"{first} {next(lines, '')}".strip()
    what = f"{kind}: {first}" if first else kind
    where, within = _told_by(traceback.removesuffix(f"{message}\n")[-_MOST_READ:])
    return Told(where=where, what=_cut(f"{what}; the first: {within}" if within else what))


def _program(words: str) -> str:
    """The program that a command line runs; behind an interpreter its script."""
    first, _, rest = words.partition(" ")
    name, second = (PurePosixPath(word.strip("'\"")).name for word in (first, rest.partition(" ")[0]))
    return second if _INTERPRETER.fullmatch(name) and second and not second.startswith("-") else name


@lru_cache(maxsize=256)
def _told_by(traceback: str) -> tuple[SourceLine | None, str]:
    """The line, and the first exception of a group; once for tasks that differ in their messages alone."""
    group = _first_of_group(traceback) if "Exception Group" in traceback else ""
    return source_line(traceback), _last_line(group)


def source_line(traceback: str) -> SourceLine | None:
    """The innermost line of the user's code in a traceback; None if there is none.

    Of chained exceptions it is that of the last one which has any; of a group, of the first exception in it.
    """
    blocks = list(_blocks(traceback))
    for frames in reversed(blocks):
        own = [frame for frame in frames if _is_own(frame)]
        if own:
            return own[-1]
    for frames in reversed(blocks):  # the study itself may be installed as a package
        installed = [frame for frame in frames if _is_installed(frame)]
        if installed:
            return installed[0]
    return None


def _blocks(traceback: str) -> Iterator[Sequence[SourceLine]]:
    """The frames of each exception of a chain, the outermost first; last those of the first one in a group."""
    while traceback:
        headers = list(_HEADER.finditer(traceback))
        bounds = [*(header.start() for header in headers), len(traceback)]
        if not headers:  # its beginning was cut off
            yield list(_frames(traceback.splitlines()))
        for header, end in zip(headers, bounds[1:], strict=True):
            yield list(_frames(traceback[header.end() : end].splitlines()[1:]))
        traceback = _first_of_group(traceback)


def _first_of_group(traceback: str) -> str:
    """What a traceback tells of the first exception of a group; an empty text if it is of none."""
    headers = list(_HEADER.finditer(traceback))
    if not headers or headers[-1][1] is None:
        return ""
    begin = _FIRST_OF_GROUP.search(traceback, headers[-1].end())
    if begin is None:
        return ""
    end = _NEXT_OF_GROUP.search(traceback, begin.end())
    return _BAR.sub("", traceback[begin.end() + 1 : len(traceback) if end is None else end.start()])


def _frames(lines: Sequence[str]) -> Iterator[SourceLine]:
    """The frames below a header; what the exception said ends them, whatever it holds."""
    for line in lines:
        if line and not line.startswith((" ", "\t")):
            return
        if (found := _FRAME.match(line)) is not None:
            function = (found["function"] or "").rpartition(".")[2]
            yield SourceLine(file=found["file"], line=int(found["line"]), function=function.strip("<>"))


def _is_own(frame: SourceLine) -> bool:
    """Whether a frame is in code of the user's."""
    if frame.file.startswith("<"):
        return _TYPED.match(frame.file) is not None and not frame.function.startswith("__")
    return not _LIBRARY.search(frame.file) and not _OURS.search(frame.file)


def _is_installed(frame: SourceLine) -> bool:
    """Whether a frame may be in a study that is installed as a package."""
    packaged = "/site-packages/" in frame.file or "/dist-packages/" in frame.file
    return packaged and not _OURS.search(frame.file) and not _CALLERS.search(frame.file)


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
