"""Scripts and modules that workers import: what starts a sweep in them must be left out by an import."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from sweeprun.errors import UsageError


def check_guarded(module: str) -> None:
    """Refuse to start a sweep from a line that every worker would run again, as it imports the module.

    Parameters
    ----------
    module
        The name of the module that workers import; ``"__main__"`` for the script.

    Raises
    ------
    UsageError
        If the module is being run or imported at this moment, and its line that led here is not below
        ``if __name__ == "__main__":``.
    """
    for frame in _module_frames():
        if frame.f_globals.get("__name__") != module:
            continue
        path, line = Path(frame.f_code.co_filename), frame.f_lineno
        if not _is_guarded(path, line):
            raise UsageError(
                f"workers import {path.name!r} to find the task function, and its line {line} would start the sweep "
                'again in each of them; put that line below `if __name__ == "__main__":`'
            )


def _module_frames() -> Iterator[FrameType]:
    """The modules that are being run or imported, the innermost first."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "<module>":
            yield frame
        frame = frame.f_back


def _is_guarded(path: Path, line: int) -> bool:
    """Whether a line is in a branch that asks for ``__name__``; what can't be read counts as guarded."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return True
    branches = (node for node in ast.walk(tree) if isinstance(node, ast.If))
    return any(node.lineno <= line <= (node.end_lineno or line) and _asks_for_name(node.test) for node in branches)


def _asks_for_name(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))
