"""Whose part of a log is which."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sweeprun.store.logs import mark, outputs_of, read_outputs

# What tasks print: anything, marks that are no marks among it.
outputs = st.one_of(st.binary(min_size=1, max_size=50), st.just(b"\n--- task 1, attempt 1: the 99 bytes above\n"))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 2), outputs), max_size=6), st.binary(max_size=20))
def test_every_task_gets_back_what_it_printed(
    tmp_path_factory: "object", parts: list[tuple[int, int, bytes]], tail: bytes
) -> None:
    path = tmp_path_factory.mktemp("log") / "w.log"  # type: ignore[attr-defined]
    path.write_bytes(b"".join(text + mark(task, attempt, len(text)) for task, attempt, text in parts) + tail)
    for task_id in range(4):
        found = [(output.attempt, output.text) for output in outputs_of([path], task_id)]
        assert found == [(attempt, text) for task, attempt, text in parts if task == task_id]
    unmarked = b"".join(output.text for output in read_outputs(path) if output.task_id is None)
    assert unmarked == tail


def test_what_a_killed_worker_printed_is_nobodys(tmp_path: Path) -> None:
    path = tmp_path / "w.log"
    path.write_bytes(b"last words" + b"next" + mark(5, 1, 4))
    assert [(output.task_id, output.text) for output in read_outputs(path)] == [(None, b"last words"), (5, b"next")]
    assert list(read_outputs(tmp_path / "none.log")) == []
