"""A result that is one variable here and a group of them there is not mixed without a word."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeprun.results.collect import collect_snapshot
from sweeprun.results.notes import NoteKind
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import count_axis, make_run, success, write_shard

FRAME = pd.DataFrame({"n": [1, 2], "who": ["a", "b"]})
AS_BEFORE = ("table_0", "table_1"), FRAME[["n"]].to_numpy()
"""What a frame in a mapping was recorded as."""


def notes_of(path: Path, results: list[Any]) -> list[str]:
    run = make_run(path / "run", count_axis("seed", len(results)))
    write_shard(run, "w", [success(number, result) for number, result in enumerate(results)])
    return [note.text for note in collect_snapshot(take_snapshot(run)).notes if note.kind is NoteKind.GROUPS]


def test_an_older_record_of_a_table_is_told_from_newer_ones(tmp_path: Path) -> None:
    older, newer = {"table": AS_BEFORE, "x": 1.0}, {"table": FRAME, "x": 1.0}
    (text,) = notes_of(tmp_path, [older, older, newer])
    assert text.startswith("'table' is one variable in task 0 and several in task 2 ('table.n', 'table.who')")
    assert "one array in earlier versions" in text


@pytest.mark.parametrize(
    "results",
    [
        [{"table": FRAME}, {"table": FRAME}],
        [{"a": 1, "a.b": 2}, {"a": 1}, {"a.b": 3}],
        [{"fit": {"slope": 1.0}}, {"fit": None}],
        [{"a": 1}, {"ab.c": 2}],
    ],
)
def test_what_goes_together_needs_no_word(tmp_path: Path, results: list[Any]) -> None:
    assert notes_of(tmp_path, results) == []


def test_many_are_named_in_short(tmp_path: Path) -> None:
    (text,) = notes_of(tmp_path, [{"t": {"deep": dict.fromkeys("abcd", 1)}}, {"t": np.zeros(2)}])
    assert "'t' is one variable in task 1 and several in task 0 ('t.deep.a', 't.deep.b', 't.deep.c', …)" in text
