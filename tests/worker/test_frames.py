"""Frames: what call runs in them."""

import ast
import sys
from types import FrameType

from sweeprun.worker.frames import call_in, module_of, path_to_call, shown_call, statements_of


def seen() -> tuple[str, str, list[str]]:
    """What is known of the frame that calls."""
    frame = sys._getframe(1)
    return module_of(frame), shown_call(frame), [type(node).__name__ for node in path_to_call(frame)]


def test_the_call_that_runs_is_known_by_its_place_in_the_line() -> None:
    line = sys._getframe().f_lineno + 1
    found = (len("another call"), seen())[1]
    assert found == (__name__, f"seen() (test_frames.py, line {line})", ["Assign", "Subscript", "Tuple", "Call"])


def test_the_statements_are_those_of_the_file() -> None:
    assert isinstance(statements_of(sys._getframe())[1], ast.Import)


def test_of_code_without_a_source_no_call_is_known() -> None:
    names: dict[str, FrameType] = {}
    exec("import sys\nframe = sys._getframe()", names)
    assert call_in(names["frame"]) is None
    assert shown_call(names["frame"]).startswith("<module> (<string>, line ")
