"""Threads that tasks leave behind: a worker that has recorded everything doesn't wait for them for ever."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

END_SECONDS = 5.0
"""So long threads of tasks may go on once everything is recorded: those that end by themselves do so in this time."""

LATE_SECONDS = 60.0
"""So much longer the last work of programs may take that registered for the interpreter's end, if no thread is left."""

_tasks: dict[threading.Thread, int | None] = {}
"""The threads of this process, and the tasks after which they were first seen; None for those from before any task."""


def _print(line: str) -> None:
    sys.stderr.write(f"sweeprun: {line}\n")
    sys.stderr.flush()


_say: Callable[[str], None] = _print


def note_threads(task_id: int | None) -> None:
    """Look for new threads after a task, or before the first one."""
    for thread in (current := threading.enumerate()):
        _tasks.setdefault(thread, task_id)
    if len(_tasks) > len(current):
        for thread in [thread for thread in _tasks if not thread.is_alive()]:
            del _tasks[thread]


def tell_to(say: Callable[[str], None]) -> None:
    """Name who is told, a line at a time, what tasks left; by default it is printed to standard error."""
    global _say  # noqa: PLW0603  # as there is one end of a process
    _say = say


def end_soon(code: int) -> int:
    """Let this process, if it ran tasks, end within a moment, whatever these left running; its exit code.

    The interpreter waits for threads at its end, and lets programs that registered for it do their last work. That goes
    on for a moment. Then the threads that are left are told, and the process ends without them.
    """
    if _tasks:
        threading.Thread(target=_end, args=(code,), name="sweeprun-end", daemon=True).start()
    return code


def _end(code: int) -> None:
    time.sleep(END_SECONDS)
    if not any(map(_holds_up, threading.enumerate())):
        time.sleep(LATE_SECONDS)
    for line in _left():
        _say(line)
    _kill_children()
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # a task may have replaced it by anything
            stream.flush()
    os._exit(code)


def _holds_up(thread: threading.Thread) -> bool:
    """Whether the interpreter waits for a thread."""
    return not thread.daemon and thread is not threading.main_thread()


def _left() -> Iterator[str]:
    """What holds up the end of this process, by the task that left it."""
    threads: dict[int | None, list[str]] = {}
    for thread in threading.enumerate():
        if _holds_up(thread):
            threads.setdefault(_tasks.get(thread), []).append(thread.name)
    for task_id, names in threads.items():
        who = "something" if task_id is None else f"task {task_id}"
        what = f"the thread {names[0]}" if len(names) == 1 else f"{len(names)} threads, such as {names[0]},"
        yield f"{who} left {what} running; everything is recorded, and the worker was ended without waiting for it"
    if not threads:
        yield (
            f"the worker, which has recorded everything, did not end within {END_SECONDS + LATE_SECONDS:g} s, so it "
            "was ended; something that tasks imported takes too long at the interpreter's end"
        )


def _kill_children() -> None:
    """End the processes of pools that tasks left, as the interpreter would."""
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is not None:
        with suppress(Exception):
            for child in multiprocessing.active_children():
                child.kill()
