"""Results as columns: which tasks make one part, and how any of its values are read."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeprun.errors import FormatError
from sweeprun.results import layout_groups
from sweeprun.results.layout_groups import Part, chosen_rows, first_layouts, read_parts
from sweeprun.results.naming import Naming
from sweeprun.store.directory import RunDirectory
from sweeprun.store.records import Record
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import count_axis, failure, make_run, success, write_shard


def run_of(path: Path, *batches: Iterable[Record], tasks: int = 20) -> RunDirectory:
    run = make_run(path, count_axis("x", tasks))
    write_shard(run, "w", *batches)
    return run


def parts_of(run: RunDirectory, *taken: str) -> list[Part]:
    snapshot = take_snapshot(run)
    return read_parts(
        snapshot.shards, snapshot.best, Naming.of([layout for _, layout in first_layouts(snapshot)], taken)
    )


def ids(parts: list[Part]) -> list[list[int]]:
    return [part.task_ids.tolist() for part in parts]


def columns(part: Part) -> dict[str, list[Any]]:
    """All values by name."""
    names = [variable.name for variable in part.layout.variables]
    return dict(zip(names, (column.tolist() for column in part.read()), strict=True))


def test_tasks_that_returned_the_same_kind_of_thing_are_one_part(tmp_path: Path) -> None:
    run = run_of(
        tmp_path / "a rün",
        [success(5, {"y": 5.0}), success(1, {"y": 1}), failure(2)],
        [success(3, {"y": 3.0}), success(0, {"y": 0})],
    )
    parts = parts_of(run)
    assert ids(parts) == [[1, 0], [5, 3]]
    assert [part.first_task for part in parts] == [0, 3]
    assert [columns(part) for part in parts] == [{"y": [1, 0]}, {"y": [5.0, 3.0]}]
    assert [part.dtypes for part in parts] == [(np.dtype("<i8"),), (np.dtype("<f8"),)]


def test_of_several_attempts_the_one_that_counts_is_read(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", [success(0, 1.0, attempt=2), success(1, 5.0)])
    write_shard(run, "v", [success(0, 2.0, attempt=3), failure(1, attempt=9), success(2, 3.0)])
    found = {
        task_id: value
        for part in parts_of(run)
        for task_id, value in zip(part.task_ids.tolist(), part.read()[0].tolist(), strict=True)
    }
    assert found == {0: 2.0, 1: 5.0, 2: 3.0}


def test_tasks_with_other_labels_are_another_part(tmp_path: Path) -> None:
    labels = {0: [1.0, 2.0], 1: [1.0, np.nan], 2: [1.0, 2.0], 3: [1.0, np.nan], 4: [2.0, 1.0]}
    run = run_of(
        tmp_path / "run",
        [success(i, xr.Dataset({"y": ("t", [i, -i])}, {"t": own})) for i, own in labels.items()],
    )
    parts = parts_of(run)
    assert ids(parts) == [[0, 2], [1, 3], [4]]
    for part in parts:
        _, values = part.own_coordinates()["t"]
        np.testing.assert_array_equal(values, labels[part.first_task])
        assert columns(part)["y"] == [[i, -i] for i in part.task_ids.tolist()]


def test_names_that_are_taken_are_changed(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", [success(0, {"seed": 1, "y": ("lr", [2.0])})])
    (part,) = parts_of(run, "seed", "lr")
    assert [(one.name, one.dims) for one in part.layout.variables] == [("result_seed", ()), ("y", ("result_lr",))]


def test_only_some_columns_come_with_their_labels(tmp_path: Path) -> None:
    result = xr.Dataset({"a": ("t", [1.0]), "b": ("u", [2.0]), "c": 3}, {"t": [5], "u": [6]})
    (part,) = parts_of(run_of(tmp_path / "run", [success(0, result)]))
    assert {variable.name for _, variable in part.columns_of({"a"})} == {"a", "t"}
    assert [number for number, _ in part.columns_of(None)] == list(range(len(part.layout.variables)))


def test_one_long_text_makes_objects_and_short_ones_stay_narrow(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", [success(i, {"short": "ä" * i, "long": "x" * 300 * i}) for i in range(3)])
    (part,) = parts_of(run)
    assert part.dtypes == (np.dtype("<U2"), np.dtype(object))
    assert columns(part) == {"short": ["", "ä", "ää"], "long": ["", "x" * 300, "x" * 600]}


_NUMBERS = {"n": 1, "none": ("k", np.zeros(0)), "curve": ("t", np.arange(3.0)), "z": 2j, "raw": b"ab"}
_TEXTS = {**_NUMBERS, "word": "wörd"}


@pytest.mark.parametrize("result", [_NUMBERS, _TEXTS], ids=["numbers", "texts"])
@pytest.mark.parametrize("window", [1, 150, 2**20])
@pytest.mark.parametrize("large", [1, 2**16])
@pytest.mark.parametrize("places", [None, [0], [1, 2, 6], [8]], ids=str)
def test_parts_that_do_not_fit_into_memory_have_the_same_values(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    result: dict[str, Any],
    window: int,
    large: int,
    places: list[int] | None,
) -> None:
    batches = [[success(i, result | {"n": i}) for i in own] for own in ((4, 0, 9), (2, 3), (1, 5, 6, 7))]
    run = run_of(tmp_path / "run", *batches)
    at = None if places is None else np.array(places)
    (small,) = parts_of(run)
    expected = small.read(at)
    monkeypatch.setattr(layout_groups, "_MOST_KEPT", 0)
    monkeypatch.setattr(layout_groups, "_WINDOW_BYTES", window)
    monkeypatch.setattr(layout_groups, "_LARGE_PAYLOAD", large)
    (part,) = parts_of(run)
    assert part.dtypes == small.dtypes
    for found, wanted in zip(part.read(at), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)
    for number in range(len(expected)):
        pieces = [read[number] for _, read in part.stretches(at, {number})]
        np.testing.assert_array_equal(np.concatenate(pieces), expected[number])
    np.testing.assert_array_equal(np.concatenate([one[0] for one in part.windows()]), small.read()[0])


@given(order=st.permutations(range(8)), ends=st.sets(st.integers(1, 7)), data=st.data())
@settings(max_examples=20)
def test_any_part_of_a_part_has_its_tasks_values(
    order: list[int], ends: set[int], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bounds = [0, *sorted(ends), 8]
    batches = [[success(i, float(i)) for i in order[a:b]] for a, b in pairwise(bounds)]
    (part,) = parts_of(run_of(tmp_path_factory.mktemp("runs") / "run", *batches, tasks=8))
    places = np.flatnonzero(data.draw(st.lists(st.booleans(), min_size=8, max_size=8)))
    for own in part.split([places] if places.size else []):
        assert own.task_ids.tolist() == own.read()[0].tolist()
    np.testing.assert_array_equal(part.read(places)[0], part.task_ids[places])


def test_rows_of_records_that_count_are_given_batch_by_batch(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", [success(7, 1.0), success(2, 1.0)], [failure(4), success(2, 2.0, attempt=2)])
    snapshot = take_snapshot(run)
    wanted = np.ones(20, bool)
    found = [
        (task_ids.tolist(), rows.tolist()) for _, task_ids, rows in chosen_rows(snapshot.shards, snapshot.best, wanted)
    ]
    assert found == [([7], [0]), ([4, 2], [0, 1])]
    wanted[7] = False
    assert len(list(chosen_rows(snapshot.shards, snapshot.best, wanted))) == 1
    assert list(chosen_rows(snapshot.shards, snapshot.best, np.zeros(20, bool))) == []


def test_payloads_that_do_not_fit_their_layout_are_refused(tmp_path: Path) -> None:
    number, text = success(0, {"y": 1.0}), success(1, {"word": "a"})
    records = [replace(record, payload=record.payload + b"\0") for record in (number, text)]
    (part,) = parts_of(run_of(tmp_path / "run", records))
    assert part.task_ids.tolist() == [1]
    with pytest.raises(FormatError, match=r"1\d bytes instead of 1\d"):
        part.read()
