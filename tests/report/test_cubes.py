from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sweeprun.report.cubes import Cube, cube_of, ordered_quantiles
from sweeprun.report.outputs import Numbers, read_outputs
from sweeprun.results.collect import collect_snapshot
from sweeprun.results.ensembles import ensemble_statistics
from sweeprun.results.statistics import quantiles
from sweeprun.store.states import take_snapshot
from tests.report.pages import one_axis, two_axes


def cube(path: Path, name: str, most_cells: int = 10_000) -> Cube:
    dataset = collect_snapshot(take_snapshot(two_axes(path))).dataset
    output = next(one for one in read_outputs(dataset) if one.name == name)
    assert isinstance(output, Numbers)
    return cube_of(dataset, output, most_cells)


@pytest.mark.parametrize("averaged", [(), ("lr",), ("depth",), ("lr", "depth")])
@pytest.mark.parametrize("name", ["loss", "curve"])
def test_statistics_are_those_of_the_command_line(tmp_path: Path, name: str, averaged: tuple[str, ...]) -> None:
    found = cube(tmp_path / "run", name)
    dataset = collect_snapshot(take_snapshot(two_axes(tmp_path / "again"))).dataset
    wanted = ensemble_statistics(dataset, ("member", *averaged))[name]
    table = next(one for one in found.tables if one.averaged == averaged)
    for statistic in ("n", "mean", "std", "sem", "low", "high"):
        values = wanted.sel(statistic=statistic).values.ravel()
        got = np.array([np.nan if value is None else value for value in table.statistics[statistic]])
        np.testing.assert_allclose(got, values, rtol=1e-5)


@given(arrays(float, (3, 7), elements=st.floats(-1e6, 1e6) | st.just(np.nan)))
def test_quantiles_are_those_of_statistics(samples: np.ndarray) -> None:
    probabilities = [0.05, 0.5, 0.95]
    expected, _ = quantiles(samples, probabilities)
    np.testing.assert_allclose(ordered_quantiles(samples, probabilities), expected, rtol=1e-9, atol=1e-9)


def test_what_is_too_much_is_put_together_and_told(tmp_path: Path) -> None:
    run = one_axis(tmp_path / "run", [{"y": float(i), "curve": ("t", np.arange(1000.0))} for i in range(500)])
    dataset = collect_snapshot(take_snapshot(run)).dataset
    y, curve = [cube_of(dataset, one, 600) for one in read_outputs(dataset) if isinstance(one, Numbers)]
    assert y.dimensions[0].group == 4
    assert y.dimensions[0].drawn == 125
    mean = next(one for one in y.tables if not one.averaged).statistics["mean"]
    assert mean[0] == np.mean([0, 1, 2, 3])
    assert "4 neighbours are averaged" in y.notes[0]
    assert sum(len(one.statistics["mean"]) for one in curve.tables) <= 700
    assert any("evenly spaced" in note for note in curve.notes)
