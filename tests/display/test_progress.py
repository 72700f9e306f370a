"""What the screen shows while tasks run."""

import io
import re
import sys
from itertools import pairwise

import pytest

from sweeprun.display import progress as progress_module
from sweeprun.display.progress import PlainProgress, make_progress
from sweeprun.launchers.progress import Tally


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress_module, "time", clock)
    return clock


class Terminal(io.StringIO):
    """A terminal that keeps what it shows."""

    def isatty(self) -> bool:
        return True


def test_lines_come_ever_further_apart(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    progress = PlainProgress(0)
    told = []
    for second in range(1, 1001):
        clock.now = 100.0 + second
        progress.update(Tally(total=2000, succeeded=second))
        if capsys.readouterr().err:
            told.append(second)
    pauses = [later - earlier for earlier, later in pairwise(told)]
    assert told[0] == 2
    assert pauses == sorted(pauses)
    assert pauses[-1] == 60
    assert len(told) < 30


def test_a_line_has_the_rate_of_this_launch_and_the_time_left(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    progress = PlainProgress(50)
    clock.now += 10
    progress.update(Tally(total=100, succeeded=65, failed=3, lost=2))
    assert capsys.readouterr().err == "70/100 done, 5 failed, 2.0/s, ETA 15.0 s\n"


def test_a_line_says_what_is_wrong_in_the_words_of_whoever_counts(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    progress = PlainProgress(0)
    clock.now += 10
    progress.update(Tally(total=5, succeeded=1, failed=1, wrong="different"))
    assert capsys.readouterr().err.startswith("2/5 done, 1 different, ")


def test_the_time_left_is_unknown_before_anything_ended(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    progress = PlainProgress(3)
    clock.now += 10
    progress.update(Tally(total=9, succeeded=3))
    assert capsys.readouterr().err.endswith("ETA unknown\n")


def test_the_end_is_left_to_the_summary(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    progress = PlainProgress(0)
    clock.now += 10
    progress.update(Tally(total=2, succeeded=1, lost=1))
    assert capsys.readouterr().err == ""


def test_lines_are_for_what_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with make_progress(3, "3 tasks on 1 worker") as progress:
        assert isinstance(progress, PlainProgress)
    assert capsys.readouterr().err == "3 tasks on 1 worker\n"


def test_a_terminal_has_a_bar_with_failures_and_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    with make_progress(10, "10 tasks on 2 workers", done=4) as progress:
        progress.update(Tally(total=10, succeeded=6, failed=1, lost=1))
        progress.note("[red]a worker\x1b[2J died")
    shown = terminal.getvalue()
    assert shown.startswith("10 tasks on 2 workers\n")
    text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown)
    assert "4/10" in text
    assert "8/10" in text
    assert "2 failed" in text
    assert "[red]a worker\\x1b[2J died" in text  # as it is: neither markup of ours, nor an order to the terminal
