"""What a worker does about signals, between tasks and inside one."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeprun.store.workers import WARNING_SIGNAL
from sweeprun.worker import stop_signals as module
from sweeprun.worker.stop_signals import Overdue, Stop, StopSignals
from tests.worker.surroundings import restored


@pytest.fixture(autouse=True)
def handlers(tmp_path: Path) -> Iterator[None]:
    with restored(tmp_path):
        yield


def heard(grace: float) -> StopSignals:
    signals = StopSignals(grace)
    signals.hear()
    return signals


def send(number: int) -> None:
    os.kill(os.getpid(), number)


def hear_and_wait(*numbers: int) -> None:
    """What a task does: it gets signals, and goes on."""
    for number in numbers:
        send(number)
    time.sleep(60)


def test_between_tasks_a_signal_is_noted_and_ends_nothing() -> None:
    for number in (signal.SIGTERM, WARNING_SIGNAL):
        signals = heard(0.0)
        assert not signals.is_asked()
        send(number)
        assert signals.is_asked()


def test_a_task_is_asked_first_and_stopped_by_a_later_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    signals = heard(60.0)
    signals.begin_task(0)
    send(signal.SIGINT)
    send(signal.SIGTERM)  # the same request
    assert signals.is_asked()
    monkeypatch.setattr(module, "_REPEAT_SECONDS", 0.0)
    with pytest.raises(Stop):
        send(signal.SIGTERM)


def test_a_task_is_stopped_when_its_moment_is_over() -> None:
    signals = heard(0.02)
    signals.begin_task(0)
    with pytest.raises(Stop):
        hear_and_wait(signal.SIGTERM)


def test_a_signal_after_the_warning_means_now() -> None:
    signals = heard(60.0)
    signals.begin_task(0)
    send(WARNING_SIGNAL)
    with pytest.raises(Stop):
        send(signal.SIGTERM)


@pytest.mark.parametrize("asked", [False, True])
def test_a_task_has_its_time_limit_whether_it_was_asked_or_not(asked: bool) -> None:
    signals = heard(60.0)
    signals.begin_task(0.05)
    with pytest.raises(Overdue):
        hear_and_wait(*([signal.SIGTERM] if asked else []))
    assert signals.overdue


def test_the_moment_counts_if_it_ends_before_the_time_limit() -> None:
    signals = heard(0.02)
    signals.begin_task(60)
    with pytest.raises(Stop):
        hear_and_wait(signal.SIGTERM)
    assert not signals.overdue


def test_no_alarm_outlives_the_worker() -> None:
    signals = heard(60.0)
    send(signal.SIGTERM)
    signals.close()
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    send(signal.SIGTERM)  # ignored


@pytest.mark.parametrize("number", [WARNING_SIGNAL, signal.SIGTERM])
def test_a_process_that_runs_the_task_hears_of_a_signal(number: int) -> None:
    signals = heard(60.0)
    with subprocess.Popen(["sleep", "60"]) as child:
        signals.forward_to(child.pid)
        send(number)
        assert child.wait() == -number
    assert signals.is_asked()


def test_a_process_that_starts_late_hears_of_a_signal_that_has_come() -> None:
    signals = heard(60.0)
    send(WARNING_SIGNAL)
    with subprocess.Popen(["sleep", "60"]) as child:
        signals.forward_to(child.pid)
        assert child.wait() == -WARNING_SIGNAL
    signals.forward_to(None)
