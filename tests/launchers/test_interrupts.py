"""The first signal is a request, the next one interrupts."""

import os
import select
import signal
from collections.abc import Iterator
from threading import Thread

import pytest

from sweeprun.launchers import interrupts as module
from sweeprun.launchers.interrupts import Interrupts, raise_interrupt

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def usual(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The handlers that a command has."""
    monkeypatch.setattr(module, "_REPEAT_SECONDS", 0.0)
    before = [signal.getsignal(number) for number in _SIGNALS]
    for number in _SIGNALS:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else raise_interrupt)
    yield
    for number, handler in zip(_SIGNALS, before, strict=True):
        signal.signal(number, handler)


def send(number: int) -> None:
    os.kill(os.getpid(), number)


def is_readable(interrupts: Interrupts) -> bool:
    return bool(select.select([interrupts], [], [], 0)[0])


@pytest.mark.parametrize("number", _SIGNALS)
def test_the_first_signal_is_heard(number: int) -> None:
    with Interrupts() as interrupts:
        assert not is_readable(interrupts)
        send(number)
        assert interrupts.heard
        assert is_readable(interrupts)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_next_one_interrupts_once_the_first_was_answered(number: int) -> None:
    with Interrupts() as interrupts:
        send(number)
        send(number)  # as timeout(1) does
        interrupts.answer()
        assert not is_readable(interrupts)
        with pytest.raises(KeyboardInterrupt):
            send(number)


def test_a_loop_that_is_stuck_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    with Interrupts() as interrupts:
        send(signal.SIGINT)
        monkeypatch.setattr(module, "_UNANSWERED_SECONDS", -1.0)
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGINT)
        assert interrupts.heard


def test_a_terminal_that_is_lost_asks_only() -> None:
    with Interrupts() as interrupts:
        send(signal.SIGHUP)
        interrupts.answer()
        send(signal.SIGHUP)
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGTERM)


def test_what_is_ignored_or_handled_elsewhere_is_left_alone() -> None:
    caught = []
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, _frame: caught.append(number))
    with Interrupts() as interrupts:
        send(signal.SIGHUP)
        send(signal.SIGTERM)
        assert not interrupts.heard
    assert caught == [signal.SIGTERM]


def test_the_handlers_come_back() -> None:
    before = [signal.getsignal(number) for number in _SIGNALS]
    with Interrupts():
        assert [signal.getsignal(number) for number in _SIGNALS] != before
    assert [signal.getsignal(number) for number in _SIGNALS] == before


def test_another_thread_sets_no_handlers() -> None:
    heard = []

    def enter() -> None:
        with Interrupts() as interrupts:
            heard.append(interrupts.heard)

    thread = Thread(target=enter)
    thread.start()
    thread.join()
    assert heard == [False]
