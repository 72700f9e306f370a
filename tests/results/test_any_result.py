"""Whatever a task returns is recorded exactly, or left out with a reason; and what is recorded can be collected."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sweeprun.errors import ResultError
from sweeprun.results.collect import collect_run, collect_snapshot
from sweeprun.store.payloads import Layout, decode_result, encode_result
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import count_axis, make_run, success, write_shard

odd_names = ["a", "t", "größe", "val/acc", "result", "task_id", "seed", "a.b", "c", " ", "/", ""]
names = st.sampled_from(odd_names) | st.text(max_size=3)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
arrays = hnp.arrays(hnp.scalar_dtypes() | hnp.datetime64_dtypes() | hnp.timedelta64_dtypes(), shapes)
odd_arrays = (
    hnp.arrays(hnp.array_dtypes() | hnp.nested_dtypes(), shapes)
    | hnp.arrays(object, shapes, elements=st.none() | st.integers() | st.floats() | st.text(max_size=3))
    | hnp.array_shapes(min_dims=1, max_dims=32).map(lambda shape: np.zeros((0, *shape[1:])))
    | st.builds(np.ma.masked_array, hnp.arrays(hnp.scalar_dtypes(), 3), st.lists(st.booleans(), min_size=3, max_size=3))
)
plain_types = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes()
    | hnp.unsigned_integer_dtypes()
    | hnp.floating_dtypes()
    | hnp.complex_number_dtypes()
    | hnp.byte_string_dtypes()
    | hnp.unicode_string_dtypes()
)
"""Without times, whose range is larger in NumPy than in xarray and pandas."""

integers = st.integers(-(2**63), 2**63 - 1)
nullable = st.lists(st.none() | integers, min_size=2, max_size=2).map(lambda items: pd.array(items, dtype="Int64"))
frames = st.dictionaries(names | st.integers(0, 3), nullable | hnp.arrays(plain_types, 2), max_size=3).map(
    lambda given: pd.DataFrame({name: pd.Series(column) for name, column in given.items()})
)
datasets = st.dictionaries(names, hnp.arrays(plain_types, shapes), max_size=3).map(
    lambda given: xr.Dataset({name: (tuple(f"{name}{i}" for i in range(one.ndim)), one) for name, one in given.items()})
)
values = json_values | arrays | odd_arrays | frames | datasets | st.just(object()) | st.just({1})
results = st.dictionaries(names, values, max_size=4) | values


def recorded(result: Any) -> dict[str, Any] | None:
    """What a record has of it, with None for what is missing or left out; None if nothing could be stored."""
    try:
        text, payload = encode_result(result)
    except ResultError:
        return None
    layout = Layout.from_json(text)
    stored = decode_result(layout, payload)
    found: dict[str, Any] = {one.name: array for one, array in zip(layout.variables, stored, strict=True)}
    return (
        found | dict.fromkeys(layout.missing) | dict.fromkeys(name for name in layout.left_out if "attrs[" not in name)
    )


@given(arrays | odd_arrays)
def test_an_array_is_recorded_exactly_or_not_at_all(array: np.ndarray) -> None:
    found = recorded({"a": array})
    if found is None or found.get("a") is None:  # fields are others
        return
    assert found["a"].shape == array.shape
    for value, stored in zip(np.ma.asarray(array).reshape(-1), found["a"].reshape(-1), strict=True):
        if value is np.ma.masked or value is None:
            assert stored != stored or stored in ("", b"")  # noqa: PLR0124  # NaN and NaT
        else:
            assert stored == value or (stored != stored and value != value)  # noqa: PLR0124


@given(st.dictionaries(st.text("abc", min_size=1, max_size=2), json_values, min_size=1, max_size=4))
def test_every_entry_of_a_mapping_is_recorded_or_said_to_be_left_out(result: dict[str, Any]) -> None:
    found = recorded(result)
    for name, value in result.items():
        if found is not None and not isinstance(value, dict):
            assert name in found
            if isinstance(value, str | int | bool | float) and found[name] is not None:
                stored = found[name].item()
                assert stored == value or (stored != stored and value != value)  # noqa: PLR0124


@settings(max_examples=100)
@given(results)
def test_what_a_worker_accepts_the_reader_can_read(tmp_path_factory: pytest.TempPathFactory, result: Any) -> None:
    run = make_run(tmp_path_factory.mktemp("run") / "run", count_axis("seed", 2))
    try:
        record = success(1, result)
    except ResultError:
        return
    write_shard(run, "w", [success(0, {"x": 1.5}), record])
    if any(one.name == "x" for one in Layout.from_json(record.layout).variables):
        return
    try:
        collected = collect_run(run)
    except ResultError as error:  # of large integers, which another task lacks
        assert "more digits than float64 holds" in str(error)  # noqa: PT017
        collected = collect_snapshot(take_snapshot(run), ["x"])
    assert collected.dataset.state.values.tolist() == ["succeeded"] * 2
    assert collected.dataset["x"].values[0] == 1.5
    assert not collected.unsound


def test_the_property_holds_for_names_that_mean_something_elsewhere(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 1))
    write_shard(run, "w", [success(0, {"state": 1, "seed": 2, "task_id": [3], "x": {"state": 4}})])
    dataset = collect_run(run).dataset
    assert (dataset.result_state.item(), dataset.result_seed.item(), dataset["x.state"].item()) == (1, 2, 4)
