"""Signals in what a task forks, such as a pool's processes: there they do what they do elsewhere."""

import os
import signal
import threading
from collections.abc import Callable, Mapping
from types import FrameType

Handler = Callable[[int, FrameType | None], None]


def put_back_in_children(handlers: Mapping[signal.Signals, Handler]) -> None:
    """Let signals have their default effect in each process that is forked from now on.

    A handler in Python doesn't do for a child: it isn't called before the system call that is about to begin, nor if
    the signal comes while the interpreter of the child is made. A pool that ends its processes would now and then wait
    for ever for one that has just begun to wait for a lock. So the signals are blocked while a process is forked.

    Parameters
    ----------
    handlers
        Signal -> what handles it here. One that has another handler meanwhile, such as a task's, keeps it.
    """
    before = threading.local()  # each thread has a mask of its own, and may fork

    def block() -> None:
        before.mask = signal.pthread_sigmask(signal.SIG_BLOCK, handlers)

    def unblock() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, before.mask)

    def put_back() -> None:
        for number, handler in handlers.items():
            if signal.getsignal(number) == handler:
                signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        unblock()

    os.register_at_fork(before=block, after_in_parent=unblock, after_in_child=put_back)
