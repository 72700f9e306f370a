"""Observers: the silent one, and what launchers say where progress is not followed."""

import pytest

from sweeprun.launchers.progress import Tally
from sweeprun.runs.events import SILENT, Silent, Warnings
from tests.runs.observers import Listener


class Worried(Silent):
    """Hears warnings only."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def warn(self, text: str) -> None:
        self.heard.append(text)


def test_the_silent_observer_shows_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    SILENT.note("a note")
    SILENT.warn("a warning")
    with SILENT.progress(3, "three tasks", done=1) as progress:
        progress.update(Tally(total=3, succeeded=2))
        progress.note("worker 1 died")
    assert capfd.readouterr() == ("", "")


def test_an_observer_that_shows_warnings_only_has_those_of_launchers_as_well() -> None:
    worried = Worried()
    with worried.progress(3, "three tasks") as progress:
        progress.update(Tally(total=3, failed=1))
        progress.note("worker 1 died")
    worried.note("done")
    assert worried.heard == ["worker 1 died"]


def test_without_progress_what_a_launcher_notes_is_a_warning() -> None:
    listener = Listener()
    progress = Warnings(listener)
    progress.note("the queue is long")
    progress.update(Tally(total=1, lost=1))
    assert listener.warnings == ["the queue is long"]
    assert not listener.notes
    assert not listener.headings


def test_an_error_inside_progress_reaches_the_verb() -> None:
    with pytest.raises(KeyboardInterrupt), SILENT.progress(1, "one task"):
        raise KeyboardInterrupt
