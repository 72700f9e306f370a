"""Whatever a config, a variable or a dimension is called: results are collected into every format."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeprun.design.axes import RESERVED_NAMES
from sweeprun.runs.collect import collect_into
from sweeprun.store.snapshot import take_snapshot
from tests.results.formats.writing import READERS, SUFFIXES, read_back
from tests.results.runs import count_axis, make_run, success, write_shard

SPECIAL = ["c", "ri", "complex", "_pfnc_complex", "state", "seconds", "task_id", "code_digest", "index", "x", "x_0"]
SPECIAL += ["result", "result_x", "result_state", "_x", "a.b", ".sweeprun", "zarr.json", "dim 0", "x[0]", "z.real"]
names = st.sampled_from(SPECIAL) | st.text(st.characters(codec="utf-8"), min_size=1, max_size=4)
own_names = names.filter(lambda name: "/" not in name)


def collected(path: Path, axis: str, results: list[Any], suffix: str) -> Any:
    run = make_run(path / "run", count_axis(axis, len(results)))
    write_shard(run, "w", *([success(i, result)] for i, result in enumerate(results)))
    output = path / f"out{suffix}"
    collect_into(take_snapshot(run), output)
    return read_back(output)


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(
    axis=names.filter(lambda name: name not in RESERVED_NAMES),
    variables=st.lists(own_names, min_size=3, max_size=3, unique=True),
    dims=st.lists(own_names, min_size=2, max_size=2, unique=True),
    complex_too=st.booleans(),
)
@settings(max_examples=20)
def test_any_names(suffix: str, axis: str, variables: list[str], dims: list[str], *, complex_too: bool) -> None:
    results: list[Any] = []
    for i in range(2):
        grid = np.arange(4.0).reshape(2, 2) + 10 * i + 100
        third: Any = ((), complex(i, 1)) if complex_too else ((), f"text {i}")
        results.append({variables[0]: ((), i + 0.5), variables[1]: (dims, grid), variables[2]: third})
    if variables[1] in dims:
        results = [{name: one for name, one in result.items() if name != variables[1]} for result in results]
    with tempfile.TemporaryDirectory() as scratch:
        found = collected(Path(scratch), axis, results, suffix)
    whole = variables[1] not in dims
    if suffix in READERS:
        assert any(column.tolist() == [0.5, 1.5] for _, column in found.items() if column.dtype == float)
        assert len(found.columns) == len({*found.columns})
        return
    assert len(found.data_vars) == (3 if whole else 2)
    arrays = {one.shape: one.values for one in found.data_vars.values() if one.dtype == float}
    assert arrays[(2,)].tolist() == [0.5, 1.5]
    if whole:
        assert arrays[(2, 2, 2)].tolist() == [[[100, 101], [102, 103]], [[110, 111], [112, 113]]]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", ["c", "ri", "complex"])
def test_two_of_what_others_call_parts_of_a_number(tmp_path: Path, suffix: str, name: str) -> None:
    found = collected(tmp_path, name, [{"x": 1.5}, {"x": 2.5}], suffix)
    assert found["x"].values.tolist() == [1.5, 2.5]
    assert found[name].values.tolist() == [0, 1]


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_beside_complex_numbers_they_are_called_otherwise(tmp_path: Path, suffix: str) -> None:
    found = collected(tmp_path, "c", [{"z": 1j, "y": ("ri", [1.0, 2.0])}, {"z": 2.0, "y": ("ri", [3.0, 4.0])}], suffix)
    assert found.z.values.tolist() == [1j, 2]
    assert found.y.values.tolist() == [[1, 2], [3, 4]]
    assert found.y.dims == (("c_", "ri_") if suffix == ".nc" else ("c", "ri"))


def test_a_variable_named_like_another_ones_dimension_is_kept_beside_it(tmp_path: Path) -> None:
    results = [{"x": [1.0, 2.0], "x_0": 5.0}, {"x": [3.0, 4.0]}]
    found = collected(tmp_path, "seed", results, ".nc")
    assert found.x.dims == ("seed", "x_0")
    np.testing.assert_array_equal(found.result_x_0, [5.0, np.nan])
