"""Scripts and modules that workers import: what starts a sweep in them must be left out by an import."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from sweeprun.errors import UsageError


def check_guarded(module: str) -> None:
    """Refuse to start a sweep from a line that every worker would run again, as it imports the module.

    Only what surely runs at an import is refused; a worker that starts a sweep all the same says so itself.

    Parameters
    ----------
    module
        The name of the module that workers import; ``"__main__"`` for the script.

    Raises
    ------
    UsageError
        If the module is being run or imported at this moment, and no condition is around its line that led here.
    """
    asked = False
    for frame in _frames_of(module):
        if frame.f_code.co_name != "<module>":  # a function of the module, which may ask for `__name__` itself
            asked = asked or "__name__" in frame.f_code.co_names
            continue
        path, line = Path(frame.f_code.co_filename), frame.f_lineno
        if not asked and _always_runs(path, line):
            raise UsageError(
                f"workers import {path.name!r} to find the task function, and its line {line} would start the sweep "
                'again in each of them; put that line below `if __name__ == "__main__":`'
            )


def _frames_of(module: str) -> Iterator[FrameType]:
    """What is running of a module, the innermost first. Tools that run a script put it in the place of their own."""
    own = vars(sys.modules[module]) if module in sys.modules else None
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_globals is own:
            yield frame
        frame = frame.f_back


def _always_runs(path: Path, line: int) -> bool:
    """Whether no condition is around a line; one of constants, such as ``if True:``, is none."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):  # typed in, or gone
        return False
    return not any(
        not isinstance(condition, ast.Constant)
        for node in ast.walk(tree)
        if (condition := _condition_of(node)) is not None
        and isinstance(node, ast.stmt | ast.expr)
        and node.lineno <= line <= (node.end_lineno or line)
    )


def _condition_of(node: ast.AST) -> ast.expr | None:
    """What decides whether the inside of a statement or expression runs; None if it always does."""
    match node:
        case ast.If(test=condition) | ast.IfExp(test=condition) | ast.While(test=condition):
            return condition
        case ast.Match(subject=condition) | ast.BoolOp(values=[condition, *_]):
            return condition
        case _:
            return None
