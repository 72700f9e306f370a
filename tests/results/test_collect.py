"""Collect: every value at its place, missing ones missing, whatever the types, batches and shards."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.errors import ResultError, UsageError
from sweeprun.results import collect, layout_groups
from sweeprun.results.collect import collect_run
from sweeprun.store import payloads, shards
from sweeprun.store.payloads import encode_result
from sweeprun.store.result_names import Labels, ResultNames
from sweeprun.store.snapshot import TaskState, take_snapshot
from sweeprun.store.workers import Exit, append_exit
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard

ARRAYS: dict[str, Any] = {
    "bool": lambda i: bool(i % 2),
    "int": lambda i: i * 3,
    "int8": np.int8,
    "uint64": np.uint64,
    "float": lambda i: i / 7,
    "float32": lambda i: np.float32(i / 7),
    "complex": lambda i: complex(i, -i),
    "text": lambda i: "é" * (i % 4),
    "date": lambda i: np.datetime64("2020-01-01") + i,
    "span": lambda i: np.timedelta64(i, "ms"),
    "vector": lambda i: ("x", np.arange(3) + i),
    "matrix": lambda i: (("x", "y"), np.full((3, 2), i / 3)),
    "bare": lambda i: np.arange(2.0) + i,
}


def missing_like(value: np.ndarray) -> np.ndarray:
    """The same shape, all missing, in the type that has a missing value."""
    if value.dtype.kind in "biu":
        return np.full(value.shape, np.nan)
    if value.dtype.kind in "mM":
        return np.full(value.shape, np.array("NaT", value.dtype))
    return np.zeros_like(value) if value.dtype.kind == "U" else np.full_like(value, np.nan)


def test_what_is_too_large_for_numpys_types_is_collected_like_all_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "a run", count_axis("a", 5))
    records = [
        success(i, {"x": i, "big": (("u", "v"), np.arange(12.0).reshape(3, 4) + i), "u": ("u", [1, 2, 3 + i // 3])})
        for i in range(4)
    ]
    write_shard(run, "w", records[2:], records[:2])
    write_shard(run, "v", [success(4, {"when": np.datetime64("2020-01-01"), "flag": np.array([True]), "none": []})])
    expected = collect_run(run).dataset
    for limit, kept in ((1, 2**27), (100, 0), (1, 0)):
        with monkeypatch.context() as lowered:
            lowered.setattr(payloads, "_LARGEST_TYPE", limit)
            lowered.setattr(layout_groups, "_MOST_KEPT", kept)
            lowered.setattr(layout_groups, "_LARGE_PAYLOAD", limit)
            lowered.setattr(shards, "_MOST_IN_MEMORY", kept)
            lowered.setattr(shards, "_PIECE_BYTES", 7)
            lowered.setattr(shards, "_LARGE_PAYLOAD", 0)
            xr.testing.assert_identical(collect_run(run).dataset, expected)


@given(data=st.data())
def test_every_value_is_at_its_place(data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.integers(1, 4), min_size=0, max_size=3), label="shape")
    tasks = int(np.prod(shape, dtype=int))
    kinds = data.draw(st.lists(st.sampled_from(sorted(ARRAYS)), min_size=1, max_size=3, unique=True), label="kinds")
    fates = data.draw(st.lists(st.sampled_from("ssssfp"), min_size=tasks, max_size=tasks), label="fates")
    order = data.draw(st.permutations(range(tasks)), label="order")
    splits = data.draw(st.lists(st.booleans(), min_size=tasks, max_size=tasks), label="splits")
    with tempfile.TemporaryDirectory() as scratch:
        run = make_run(Path(scratch) / "a run", *(count_axis(f"a{i}", length) for i, length in enumerate(shape)))
        batches: list[list[Any]] = [[]]
        for task_id in order:
            if splits[task_id]:
                batches.append([])
            if fates[task_id] == "s":
                batches[-1].append(success(task_id, {kind: ARRAYS[kind](task_id) for kind in kinds}))
            elif fates[task_id] == "f":
                batches[-1].append(failure(task_id))
        half = len(batches) // 2
        write_shard(run, "b", *batches[:half])
        write_shard(run, "a", *batches[half:])
        collected = collect_run(run)
    dataset = collected.dataset
    assert dataset.state.values.reshape(-1).tolist() == [
        {"s": "succeeded", "f": "failed", "p": "pending"}[fate] for fate in fates
    ]
    assert dataset.task_id.values.reshape(-1).tolist() == list(range(tasks))
    if "s" not in fates:
        assert not dataset.data_vars
        return
    for kind in kinds:
        raw = [ARRAYS[kind](i) for i in range(tasks)]
        values = [np.asarray(value[1] if isinstance(value, tuple) else value) for value in raw]
        expected = np.stack(
            [value if fate == "s" else missing_like(value) for value, fate in zip(values, fates, strict=True)]
        )
        found = dataset[kind].values.reshape(tasks, *values[0].shape)
        np.testing.assert_array_equal(found, expected)
        if set(fates) == {"s"}:
            assert found.dtype.kind == expected.dtype.kind
            assert found.dtype == expected.dtype or found.dtype.kind in "UM"


def test_dims_are_the_axes_in_order_then_the_outputs_own(tmp_path: Path) -> None:
    run = make_run(
        tmp_path / "run", axis("lr", [0.1, 0.01]), axis("model", ["a", "b", "c"]), axis("flag", [True, False])
    )
    write_shard(run, "w", [success(i, {"curve": ("epoch", [i, i])}) for i in range(12)])
    dataset = collect_run(run).dataset
    assert dataset.curve.dims == ("lr", "model", "flag", "epoch")
    assert dataset.lr.dtype == float
    assert dataset.model.dtype.kind == "U"
    assert dataset.flag.dtype == bool
    assert dataset.curve.sel(lr=0.01, model="b", flag=False).values.tolist() == [9, 9]
    assert dataset.seconds.attrs["units"] == "s"
    assert dataset.attrs["base_config"] == "lr: 0.1\n"


def test_a_coordinate_that_all_tasks_share_labels_the_dimension(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    results = [
        xr.Dataset(
            {"y": ("t", [1.0, 2.0], {"units": "m"})}, {"t": [10, 20], "site": "here", "z": i}, {"note": "n", "i": i}
        )
        for i in range(2)
    ]
    write_shard(run, "w", [success(i, result) for i, result in enumerate(results)])
    dataset = collect_run(run).dataset
    assert dataset.t.values.tolist() == [10, 20]
    assert dataset.site.dims == ()
    assert dataset.z.dims == ("seed",)
    assert dataset.y.attrs == {"units": "m"}
    assert dataset.attrs["note"] == "n"
    assert "i" not in dataset.attrs


def test_shorter_outputs_are_padded(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(
        run,
        "w",
        [success(0, {"x": ("t", [1, 2, 3]), "t": ("t", [0, 1, 2])}), success(1, {"x": ("t", [4]), "t": ("t", [0])})],
    )
    dataset = collect_run(run).dataset
    np.testing.assert_array_equal(dataset.x, [[1, 2, 3], [4, np.nan, np.nan]])
    assert dataset.t.values.tolist() == [0, 1, 2]


def test_outputs_with_different_coordinates_are_aligned(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    results = [{"x": ("t", [1.0, 2.0]), "t": ("t", times)} for times in ([5, 3], [3, 4], [5, 3])]
    write_shard(run, "w", [success(i, result) for i, result in enumerate(results)])
    dataset = collect_run(run).dataset
    assert dataset.t.values.tolist() == [3, 4, 5]
    np.testing.assert_array_equal(dataset.x, [[2, np.nan, 1], [1, 2, np.nan], [2, np.nan, 1]])


def test_variables_of_some_tasks_only(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(run, "w", [success(0, {"x": 1, "only": 2}), success(1, {"x": 1.5})])
    dataset = collect_run(run).dataset
    np.testing.assert_array_equal(dataset.x, [1, 1.5])
    np.testing.assert_array_equal(dataset.only, [2, np.nan])


def test_a_result_named_like_an_axis_is_kept_under_another_name(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(run, "w", [success(i, {"seed": i + 5, "state": "fine"}) for i in range(2)])
    dataset = collect_run(run).dataset
    assert dataset.result_seed.values.tolist() == [5, 6]
    assert dataset.result_state.values.tolist() == ["fine", "fine"]


@pytest.mark.parametrize(
    ("first", "second", "match"),
    [
        ({"x": 1}, {"x": "text"}, "'x' is a number in task 0 and a text in task 1"),
        ({"x": ("t", [1])}, {"x": ("u", [1])}, r"'x' has the dims \('t',\) in task 0 and \('u',\) in task 1"),
    ],
)
def test_what_cannot_be_one_variable_names_two_tasks(tmp_path: Path, first: Any, second: Any, match: str) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(run, "w", [success(0, first), success(1, second)])
    with pytest.raises(ResultError, match=match):
        collect_run(run)


def test_a_success_counts_before_a_failure_and_a_later_attempt_before_an_earlier(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(run, "z", [success(0, 1.0), failure(1), success(1, 5.0, attempt=2)])
    write_shard(run, "a", [failure(0, attempt=3), failure(1, attempt=3), success(1, 6.0, attempt=3)])
    dataset = collect_run(run).dataset
    assert dataset.result.values.tolist() == [1.0, 6.0]


def test_a_corrupt_record_is_reported_and_left_out(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    path = write_shard(run, "w", [success(i, {"x": 1234.5 + i}) for i in range(3)])
    content = path.read_bytes()
    place = content.index(np.float64(1235.5).tobytes())
    path.write_bytes(content[:place] + b"\x00" + content[place + 1 :].replace(b"", b"", 0))
    damaged = bytearray(content)
    damaged[place + 6] ^= 0x10
    path.write_bytes(bytes(damaged))
    collected = collect_run(run)
    assert collected.unsound == (("w.arrow", 1),)
    assert collected.states[TaskState.SUCCEEDED] == 2
    np.testing.assert_array_equal(collected.dataset.x, [1234.5, np.nan, 1236.5])


def test_a_torn_tail_costs_only_what_was_being_written(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    path = write_shard(run, "w", [success(0, 1.0)], [success(1, 2.0)], [success(2, 3.0)])
    path.write_bytes(path.read_bytes()[:-20])
    collected = collect_run(run)
    np.testing.assert_array_equal(collected.dataset.result, [1.0, 2.0, np.nan])
    assert [name for name, _ in collected.torn] == ["w.arrow"]


def test_a_run_without_records_has_its_coordinates(tmp_path: Path) -> None:
    run = make_run(tmp_path / "ü 'run'\n", count_axis("seed", 2))
    append_exit(run, "launcher", Exit(worker="w", task_id=1, code=-9, when=0.0))
    dataset = collect_run(run).dataset
    assert dataset.seed.values.tolist() == [0, 1]
    assert dataset.state.values.tolist() == ["pending", "lost"]


@pytest.mark.parametrize(
    ("tasks", "labelled", "what"),
    [
        (5, True, r"Collect when more tasks have ended, or into a table, which pads nothing: results\.parquet"),
        (3, True, "Tasks have 4 different labels of 't': return values on a common grid, or collect into a table"),
        (3, False, "Of 't', one task has 2 values: collect into a table, which pads nothing"),
    ],
)
def test_a_dataset_of_next_to_nothing_is_answered_with_what_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tasks: int, *, labelled: bool, what: str
) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", tasks))
    results: list[Any] = [
        {"x": ("t", np.ones(own)), **({"t": ("t", np.arange(own) + 10.0 * i)} if labelled else {})}
        for i, own in enumerate((1, 2, 1))
    ]
    write_shard(run, "w", [success(i, result) for i, result in enumerate(results)])
    monkeypatch.setattr(collect, "_MOST_BYTES", 0)
    monkeypatch.setattr(collect, "_MOST_PADDING", 0)
    with pytest.raises(UsageError, match=what):
        collect_run(run)


def test_what_can_be_one_variable_is_there_whatever_becomes_of_the_others(tmp_path: Path) -> None:
    """That an integer has too many digits for a float is seen only when it is read."""
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    huge, mixed = 2**62 + 1, ("a", 1.0)
    results = [{"x": 1.5, "id": huge, "kind": mixed[0]}, {"x": 2.5, "id": huge, "kind": mixed[1]}, {"x": 3.5}]
    write_shard(run, "0.0", [success(i, result) for i, result in enumerate(results)])
    found = collect.collect_compatible(take_snapshot(run))
    assert list(found.dataset.data_vars) == ["x"]
    assert found.dataset.x.values.tolist() == [1.5, 2.5, 3.5]
    assert found.refused.keys() == {"id", "kind"}
    assert "has more digits than float64 holds" in found.refused["id"]


def test_if_nothing_can_be_one_variable_the_first_says_why(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(run, "0.0", [success(0, {"id": 2**62 + 1}), success(1, {"id": 0.5})])
    with pytest.raises(ResultError, match="has more digits than float64 holds"):
        collect.collect_compatible(take_snapshot(run))


@pytest.mark.parametrize("lengths", [(2, 3), (3, 2), (2, 1), (3, 3)])
def test_a_list_of_the_config_that_fits_in_some_tasks_labels_none(tmp_path: Path, lengths: tuple[int, int]) -> None:
    names = ResultNames(dims={"x": ("time",)}, labels={"time": Labels(values=[5, 6], given=False)})
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    encoded = [encode_result({"x": [1.0] * length}, names) for length in lengths]
    write_shard(
        run, "w", [replace(success(i, 0), layout=own, payload=payload) for i, (own, payload) in enumerate(encoded)]
    )
    dataset = collect_run(run).dataset
    assert "time" not in dataset.coords
    assert dataset.sizes["time"] == max(lengths)
    assert int(dataset.x.notnull().sum()) == sum(lengths)


@pytest.mark.parametrize("other", [["a", "b"], [7, 7], [6, 5]])
def test_lists_of_configs_that_do_not_go_together_never_make_it_fail(tmp_path: Path, other: list[object]) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    records = []
    for i, values in enumerate([[5, 6], other]):
        names = ResultNames(dims={"x": ("time",)}, labels={"time": Labels(values=values, given=False)})
        layout, payload = encode_result({"x": [1.0, 2.0]}, names)
        records.append(replace(success(i, 0), layout=layout, payload=payload))
    write_shard(run, "w", records)
    dataset = collect_run(run).dataset
    assert ("time" in dataset.coords) == (other == [6, 5])
