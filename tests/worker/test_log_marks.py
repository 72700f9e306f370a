"""Marks in a worker's log: which part of it is whose."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sweeprun.store.logs import Log, read_outputs
from sweeprun.worker.log_marks import LogMarker


@contextmanager
def logging_to(descriptor: int) -> Iterator[None]:
    """Standard output and error go to a file or pipe, as those of a worker do."""
    before = os.dup(2), sys.stdout, sys.stderr
    os.dup2(descriptor, 2)
    with (
        io.TextIOWrapper(os.fdopen(os.dup(2), "wb")) as output,
        io.TextIOWrapper(os.fdopen(os.dup(2), "wb"), line_buffering=True) as errors,
    ):
        sys.stdout, sys.stderr = output, errors
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before[1:]
            os.dup2(before[0], 2)
            os.close(before[0])


@contextmanager
def log(path: Path) -> Iterator[LogMarker]:
    with path.open("ab", buffering=0) as file, logging_to(file.fileno()):
        yield LogMarker(path.name)


def outputs(path: Path) -> list[tuple[int | None, int | None, bytes]]:
    return [(output.task_id, output.attempt, output.text) for output in read_outputs(Log(path=path))]


def test_what_each_task_printed_is_marked_below_it(tmp_path: Path) -> None:
    path = tmp_path / "a lög.log"
    path.write_bytes(b"of the launcher\n")
    with log(path) as marker:
        marker.begin()
        print("hello ü")
        marker.end(0, 1)
        print("between")
        marker.begin()
        print("no line end", end="")
        marker.end(1, 2)
        print("afterwards")
    assert outputs(path) == [
        (None, None, b"of the launcher\n"),
        (0, 1, "hello ü\n".encode()),
        (None, None, b"between\n"),
        (1, 2, b"no line end"),
        (None, None, b"afterwards\n"),
    ]


def test_output_errors_and_what_bypasses_python_are_all_of_the_task(tmp_path: Path) -> None:
    with log(tmp_path / "w.log") as marker:
        marker.begin()
        print("one")
        print("two", file=sys.stderr)
        os.write(2, b"three\n")
        marker.end(7, 3)
    assert outputs(tmp_path / "w.log") == [(7, 3, b"one\ntwo\nthree\n")]


def test_a_task_that_prints_marks_forges_nothing(tmp_path: Path) -> None:
    path = tmp_path / "w.log"
    old = "\n--- task 3, attempt 1: the 12 bytes above ---\n"
    with log(path) as marker:
        marker.begin()
        print("of task 0")
        marker.end(0, 1)
        mark = path.read_text().removeprefix("of task 0\n")
        marker.begin()
        print("a lie, and so" + old + mark + mark.replace("task 0", "task 3"), end="")
        marker.end(1, 1)
    assert outputs(path) == [
        (0, 1, b"of task 0\n"),
        (1, 1, f"a lie, and so{old}{mark}{mark.replace('task 0', 'task 3')}".encode()),
    ]


def test_the_log_of_silent_tasks_stays_empty(tmp_path: Path) -> None:
    with log(tmp_path / "w.log") as marker:
        for task_id in range(3):
            marker.begin()
            marker.end(task_id, 1)
    assert (tmp_path / "w.log").read_bytes() == b""


@pytest.mark.parametrize("replacement", [None, "closed"])
def test_a_task_may_close_or_replace_its_output(tmp_path: Path, replacement: str | None) -> None:
    with log(tmp_path / "w.log") as marker:
        marker.begin()
        if replacement is None:
            sys.stdout = None
        else:
            sys.stdout = io.StringIO()
            sys.stdout.close()
        print("still", file=sys.stderr)
        marker.end(0, 1)
    assert outputs(tmp_path / "w.log") == [(0, 1, b"still\n")]


def test_output_that_goes_to_no_file_is_not_marked() -> None:
    reading, writing = os.pipe()
    with open(reading, "rb") as read:  # noqa: PTH123
        with logging_to(writing):
            marker = LogMarker()
            marker.begin()
            os.write(2, b"seen at once\n")
            marker.end(0, 1)
        os.close(writing)
        assert read.read() == b"seen at once\n"
