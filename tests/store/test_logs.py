"""Whose part of a log is which."""

import tracemalloc
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sweeprun.store.logs import Log, Output, Signature, outputs_of, read_outputs

COPIED = Signature("other.log").mark(1, 1, 0, 5)
OLD = b"\n--- task 1, attempt 1: the 2 bytes above ---\n"
# What tasks print: anything, the marks of other logs and of older versions among it.
printed = st.one_of(st.binary(min_size=1, max_size=50), st.just(COPIED), st.just(b"ab" + OLD), st.just(OLD * 3))


def written(path: Path, *parts: tuple[int, int, bytes], tail: bytes = b"") -> Log:
    """A log of one worker, with what tasks printed and their marks."""
    signature = Signature(path.name)
    content = b""
    for task_id, attempt, text in parts:
        content += text + signature.mark(task_id, attempt, len(content), len(content) + len(text))
    path.write_bytes(content + tail)
    return Log(path=path)


def texts(log: Log) -> list[tuple[int | None, bytes]]:
    return [(output.task_id, output.text) for output in read_outputs(log)]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 2), printed), max_size=6), st.binary(max_size=20))
def test_every_task_gets_back_what_it_printed(
    tmp_path_factory: "object", parts: list[tuple[int, int, bytes]], tail: bytes
) -> None:
    log = written(tmp_path_factory.mktemp("log") / "w.log", *parts, tail=tail)  # type: ignore[attr-defined]
    for task_id in range(4):
        found = [(output.attempt, output.text) for output in outputs_of([log], task_id)]
        assert found == [(attempt, text) for task, attempt, text in parts if task == task_id]
    unmarked = b"".join(output.text for output in read_outputs(log) if output.task_id is None)
    assert unmarked == tail


def test_what_a_killed_worker_printed_has_no_task(tmp_path: Path) -> None:
    path = tmp_path / "w.log"
    path.write_bytes(b"last words" + b"next" + Signature("w.log").mark(5, 1, 10, 14))
    assert texts(Log(path=path)) == [(None, b"last words"), (5, b"next")]
    assert list(read_outputs(Log(path=tmp_path / "none.log"))) == []


def test_a_mark_that_is_printed_again_claims_nothing_more(tmp_path: Path) -> None:
    genuine = written(tmp_path / "w.log", (1, 1, b"one"))
    log = genuine.path.read_bytes()
    again = written(tmp_path / "x.log", (2, 1, log))
    assert texts(again) == [(2, log)]
    signature = Signature("w.log")
    first = b"one" + signature.mark(1, 1, 0, 3)
    second = first[3:] + b"two"
    genuine.path.write_bytes(first + second + signature.mark(2, 1, len(first), len(first) + len(second)))
    assert texts(genuine) == [(1, b"one"), (2, second)]


def test_a_mark_whose_numbers_were_changed_is_text(tmp_path: Path) -> None:
    log = written(tmp_path / "w.log", (1, 1, b"one"))
    forged = log.path.read_bytes().replace(b"task 1", b"task 9")
    log.path.write_bytes(forged)
    assert texts(log) == [(None, forged)]


def test_a_worker_that_does_not_know_its_log_signs_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "w.log"
    path.write_bytes(b"one" + Signature("").mark(1, 1, 0, 3))
    assert texts(Log(path=path)) == [(1, b"one")]


def test_what_a_leftover_process_prints_before_the_mark_is_of_no_task(tmp_path: Path) -> None:
    path = tmp_path / "w.log"
    path.write_bytes(b"one" + b"late" + Signature("w.log").mark(1, 1, 0, 3))
    assert texts(Log(path=path)) == [(1, b"one"), (None, b"late")]


def test_logs_of_a_time_without_signatures_are_read(tmp_path: Path) -> None:
    path = tmp_path / "w.log"
    path.write_bytes(b"?" + b"ab" + OLD + b"cd" + OLD.replace(b"task 1", b"task 2"))
    assert texts(Log(path=path, signed=False)) == [(None, b"?"), (1, b"ab"), (2, b"cd")]
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(b"new" + Signature("w.log").mark(3, 1, size, size + 3))
    assert texts(Log(path=path, signed=False))[2:] == [(2, b"cd"), (3, b"new")]


def test_a_little_beside_much_takes_little_memory(tmp_path: Path) -> None:
    """Marks are found wherever the log is cut into pieces."""
    log = written(tmp_path / "w.log", (0, 1, b"x" * (2**23 + 5)), (1, 1, b"y" * (2**20 - 30)), (3, 1, b"twelve bytes"))
    tracemalloc.start()
    (output,) = outputs_of([log], 3)
    (large,) = outputs_of([log], 0)
    size = sum(map(len, large.pieces()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(output, Output)
    assert (output.text, size) == (b"twelve bytes", 2**23 + 5)
    assert peak < 4 * 2**20
