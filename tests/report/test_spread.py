"""How values are spread: bins and quantiles of all of them, and by an axis."""

import itertools
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from sweeprun.report.outputs import Numbers
from sweeprun.report.spread import Spread, spread_of


def spread(values: Any, *own: str, **labels: list[Any]) -> Spread | None:
    """The spread of an output over the axes ``a, b, …``, or those that have labels, and its own dims."""
    array = np.asarray(values)
    axes = list(labels) or [chr(ord("a") + place) for place in range(array.ndim - len(own))]
    shape = array.shape[: len(axes)]
    coordinates = {"task_id": (axes, np.arange(np.prod(shape, dtype=int)).reshape(shape)), **labels}
    dataset = xr.Dataset(coords=coordinates)
    dims = (*axes, *own)
    return spread_of(dataset, Numbers(name="y", label="", units="", dims=dims, values=array))


def known(values: Any, *own: str, **labels: list[Any]) -> Spread:
    found = spread(values, *own, **labels)
    assert found is not None
    return found


_VALUES = st.integers(-(10**6), 10**6).map(lambda value: value / 64) | st.sampled_from([np.nan, np.inf, -np.inf])


@given(arrays(float, array_shapes(min_dims=2, max_dims=3, max_side=4), elements=_VALUES))
@settings(max_examples=40)
def test_every_finite_value_is_in_one_bin(values: np.ndarray) -> None:
    finite = values[np.isfinite(values)]
    found = spread(values)
    if not finite.size:
        assert found is None
        return
    assert found is not None
    edges = np.array(found.edges, float)
    assert (np.diff(edges) > 0).all()
    for name, parts in found.groups.items():
        assert sum(part.count for part in parts) == finite.size, name
        for part in parts:
            assert len(part.bins) == len(edges) - 1
            assert sum(map(int, part.bins)) == part.count  # type: ignore[arg-type]


@given(arrays(float, st.integers(1, 20), elements=st.floats(-1e6, 1e6)))
@settings(max_examples=40)
def test_quantiles_ascend_from_the_least_to_the_greatest(values: np.ndarray) -> None:
    found = known(values)
    (every,) = found.groups[""]
    quantiles = np.array(every.quantiles, float)
    assert (found.levels[0], found.levels[-1]) == (0, 1)
    assert (np.diff(quantiles) >= 0).all()
    np.testing.assert_allclose(quantiles[[0, -1]], [values.min(), values.max()], rtol=1e-5, atol=1e-5 * np.ptp(values))


def test_a_few_whole_numbers_have_a_bin_each() -> None:
    found = known([3, 5, 5, 8])
    assert found.edges == (2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5)
    assert found.groups[""][0].bins == (1, 0, 2, 0, 0, 1)
    assert len(known([0, 30]).edges) == len(known([0.0, 0.5]).edges) == 31


@pytest.mark.parametrize("value", [22.5, -1e300, 5e-324, 1e17, 2**62, True])
def test_a_single_value_has_a_bar_and_is_told(value: float) -> None:
    found = known([value, value])
    assert found.only in (value, str(value))
    low, *_, high = map(float, found.edges)  # type: ignore[arg-type]
    assert low < value < high
    assert known([value, 0]).only is None


@pytest.mark.parametrize(
    "values", [[-1.7e308, 1.7e308], [1e308, 1.1e308], [1e16, 1e16 + 2], [np.nan, 1.0, -np.inf, 2.0]], ids=str
)
def test_extreme_values_are_counted(values: list[float]) -> None:
    found = known(values)
    assert all(isinstance(edge, int | float) for edge in found.edges)
    assert found.groups[""][0].count == 2


def test_values_are_told_apart_by_the_shorter_axes() -> None:
    values = np.arange(2 * 3 * 9, dtype=float).reshape(2, 3, 9)
    found = known(values, lr=[0.5, 0.25], model=["ä", "b", "c"], depth=list(range(9)))
    assert list(found.groups) == ["", "lr", "model"]  # a page has no place for nine of depth
    assert [part.label for part in found.groups["model"]] == ["ä", "b", "c"]
    for place, part in enumerate(found.groups["model"]):
        assert (part.quantiles[0], part.quantiles[-1]) == (values[:, place].min(), values[:, place].max())


def test_members_and_axes_of_one_value_tell_nothing_apart() -> None:
    assert list(known(np.ones((1, 3)) * [1, 2, 3], x=[1], member=[0, 1, 2]).groups) == [""]


def test_dimensions_of_an_output_are_no_groups() -> None:
    found = known([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "t", lr=[0.5, 0.25])
    assert [(part.label, part.count) for part in found.groups["lr"]] == [("0.5", 3), ("0.25", 3)]


def test_a_group_without_values_is_there_and_empty() -> None:
    found = known([[1.0, 2.0], [np.nan, np.nan]], lr=[0.5, 0.25], x=[0, 1])
    empty = found.groups["lr"][1]
    assert empty.count == 0
    assert set(empty.quantiles) == {None}


@pytest.mark.parametrize(
    "values",
    [[1e9, 1e9 + 1e-5], [1e15, 1e15 + 1], [10**14 + 1], [0.0, 1.7976931348623157e308], [1.75e308], [-1.75e308]],
)
def test_edges_rise_and_are_numbers_however_close_or_large_values_are(values: list[float]) -> None:
    edges = known(values).edges
    assert all(isinstance(edge, int | float) for edge in edges)
    assert all(one < other for one, other in itertools.pairwise(edges))  # type: ignore[operator]
