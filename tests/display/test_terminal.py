"""Standard error as the observer of verbs."""

import pytest

from sweeprun.display.terminal import TERMINAL
from sweeprun.launchers.progress import Tally


def test_standard_output_is_left_to_results(capsys: pytest.CaptureFixture[str]) -> None:
    TERMINAL.note("3 new tasks: 4-6")
    TERMINAL.warn("the code has changed")
    with TERMINAL.progress(2, "2 tasks on 1 worker") as progress:
        progress.note("a worker died")
        progress.update(Tally(total=2, succeeded=2))
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "3 new tasks: 4-6",
        "sweeprun: the code has changed",
        "2 tasks on 1 worker",
        "a worker died",
    ]


def test_a_terminal_takes_no_orders(capsys: pytest.CaptureFixture[str]) -> None:
    TERMINAL.note("note \x1b[2J")
    TERMINAL.warn("warning \x1b[2J")
    with TERMINAL.progress(1, "heading") as progress:
        progress.note("from a log \x1b[2J")
    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert told.count("\\x1b[2J") == 3
