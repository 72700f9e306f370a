"""Threads and processes that tasks leave: a worker that has recorded everything doesn't wait for them for ever."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

END_SECONDS = 5.0
"""So long threads and processes of tasks may go on once everything is recorded: most end by themselves in this time."""

LATE_SECONDS = 60.0
"""So much longer the last work of programs may take that registered for the interpreter's end, if nothing is left."""

_tasks: dict[Any, int | None] = {}
"""The threads of this process, and those of multiprocessing's that it started, with the tasks after which they were
first seen; None for those from before any task."""


def _print(line: str) -> None:
    sys.stderr.write(f"sweeprun: {line}\n")
    sys.stderr.flush()


_say: Callable[[str], None] = _print


def note_threads(task_id: int | None) -> None:
    """Look for new threads after a task, or before the first one."""
    for one in (current := [*threading.enumerate(), *_children()]):
        _tasks.setdefault(one, task_id)
    if len(_tasks) > len(current):
        alive = set(current)
        for one in [one for one in _tasks if one not in alive]:
            del _tasks[one]


def _children() -> list[Any]:
    """The processes that tasks started by multiprocessing, and that run."""
    multiprocessing = sys.modules.get("multiprocessing")
    return [] if multiprocessing is None else list(multiprocessing.active_children())


def tell_to(say: Callable[[str], None]) -> None:
    """Name who is told, a line at a time, what tasks left; by default it is printed to standard error."""
    global _say  # noqa: PLW0603  # as there is one end of a process
    _say = say


def end_soon(code: int) -> int:
    """Let this process, if it ran tasks, end within a moment, whatever these left running; its exit code.

    The interpreter waits for threads and processes at its end, and lets programs that registered for it do their last
    work. That goes on for a moment. Then those that are left are told, and the process ends without them.
    """
    if _tasks:
        threading.Thread(target=_end, args=(code,), name="sweeprun-end", daemon=True).start()
    return code


def _end(code: int) -> None:
    time.sleep(END_SECONDS)
    if not _holding_up():
        time.sleep(LATE_SECONDS)
    for line in _left():
        _say(line)
    _kill_children()
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # a task may have replaced it by anything
            stream.flush()
    os._exit(code)


def is_held_up() -> bool:
    """Whether the interpreter would wait for threads or processes at its end."""
    return bool(_holding_up())


def _holding_up() -> list[Any]:
    """The threads and processes that the interpreter waits for."""
    with suppress(Exception):  # a process may end just now
        return [
            one
            for one in (*threading.enumerate(), *_children())
            if not one.daemon and one is not threading.main_thread()
        ]
    return []


def _left() -> Iterator[str]:
    """What holds up the end of this process, by the task that left it."""
    left: dict[tuple[int | None, str], list[str]] = {}
    for one in _holding_up():
        kind = "thread" if isinstance(one, threading.Thread) else "process"
        left.setdefault((_tasks.get(one), kind), []).append(one.name)
    for (task_id, kind), names in left.items():
        who = "something" if task_id is None else f"task {task_id}"
        several = "processes" if kind == "process" else "threads"
        what = f"the {kind} {names[0]}" if len(names) == 1 else f"{len(names)} {several}, such as {names[0]},"
        yield f"{who} left {what} running; everything is recorded, and the worker was ended without waiting for it"
    if not left:
        yield (
            f"the worker, which has recorded everything, did not end within {END_SECONDS + LATE_SECONDS:g} s, so it "
            "was ended; something that tasks imported takes too long at the interpreter's end"
        )


def _kill_children() -> None:
    """End the processes that tasks left: those of pools, as the interpreter would, and others."""
    with suppress(Exception):
        for child in _children():
            child.kill()
