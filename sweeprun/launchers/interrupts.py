"""Signals that ask a sweep to stop: the first is a request, which the loop of a pool hears; the next interrupts it."""

import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_REPEAT_SECONDS = 0.2
"""Within so short a time a second signal is the same request: timeout(1) sends its signal twice, as does systemd."""

_UNANSWERED_SECONDS = 2.0
"""After so long the loop must be stuck, as on a terminal that shows nothing, and the second signal counts anyway."""


def raise_interrupt(_number: int, _frame: FrameType | None) -> None:
    """Treat a signal as Ctrl-C.

    Raises
    ------
    KeyboardInterrupt
        Always.
    """
    raise KeyboardInterrupt


_USUAL: tuple[Any, ...] = (signal.SIG_DFL, signal.default_int_handler, raise_interrupt)


class Interrupts:
    """Hears the signals that ask to stop, for as long as it is entered; a selector can wait for it.

    A signal that is ignored, as below ``nohup``, or that the program handles itself, is left alone. A terminal that is
    lost sends SIGHUP twice, so that one never interrupts.
    """

    def __init__(self) -> None:
        self._reading, self._writing = -1, -1
        self._former: dict[signal.Signals, Callable[..., Any] | int | None] = {}
        self._heard: float | None = None
        self._answered = False

    def __enter__(self) -> "Interrupts":
        self._reading, self._writing = os.pipe()
        if threading.current_thread() is threading.main_thread():  # no other may set handlers
            for number in _SIGNALS:
                if signal.getsignal(number) in _USUAL:
                    self._former[number] = signal.signal(number, self._hear)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)
        os.close(self._reading)
        os.close(self._writing)

    def fileno(self) -> int:
        """A descriptor that becomes readable with the first signal."""
        return self._reading

    @property
    def heard(self) -> bool:
        """Whether there was a signal."""
        return self._heard is not None

    def answer(self) -> None:
        """The request was heard, and is about to be answered: from now on a further signal interrupts."""
        os.read(self._reading, 1)
        time.sleep(_REPEAT_SECONDS)
        self._answered = True

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if self._heard is None:
            self._heard = time.monotonic()
            os.write(self._writing, b"!")
        elif number != signal.SIGHUP and (self._answered or time.monotonic() - self._heard > _UNANSWERED_SECONDS):
            raise KeyboardInterrupt
