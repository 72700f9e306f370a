"""Samples as they are written: intervals and distributions, and the options that say how they are drawn."""

from typing import Any

import pytest
from hydra.core.override_parser.types import IntervalSweep
from omegaconf import OmegaConf

from sweeprun.config.grammar import DistributionSweep
from sweeprun.config.samples import drawn, sample, source_of
from sweeprun.config.schema import SampleOptions
from sweeprun.design.grid import Dimension, Grid
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.sampling import Distribution, Interval, Method, Sampling
from sweeprun.errors import OverrideError

NORMAL = Distribution(name="normal", args=(0, 1))
SOURCES = {"lr": Interval(low=1e-4, high=0.1, log=True), "depth": Interval(low=1, high=8, integer=True)}


def options(**given: Any) -> Any:
    return OmegaConf.structured(SampleOptions(**given))


def values(dimension: Dimension) -> list[list[Any]]:
    return [[axis.values.value(i) for i in range(len(axis))] for axis in dimension.axes]


@pytest.mark.parametrize(
    ("swept", "source"),
    [
        (IntervalSweep(start=1, end=8), Interval(low=1, high=8, integer=True)),
        (IntervalSweep(start=1, end=8.0), Interval(low=1, high=8)),
        (IntervalSweep(start=0.1, end=1.0, tags={"log"}), Interval(low=0.1, high=1, log=True)),
        (DistributionSweep(source=NORMAL), NORMAL),
    ],
)
def test_what_is_written_says_what_is_drawn_from(swept: IntervalSweep, source: Any) -> None:
    assert source_of(swept) == source


@pytest.mark.parametrize(
    ("swept", "message"),
    [
        (IntervalSweep(start=0.1, end=1.0, tags={"exp", "log"}), r"tag\(exp, …\) means nothing here"),
        (IntervalSweep(start=0, end=1, tags={"log"}), "no logarithm at its lower end"),
        (IntervalSweep(start=2, end=1), r"interval\(2,1\) needs two finite bounds"),
        (DistributionSweep(source=NORMAL, tags={"log"}), r"tag\(log, normal\(0,1\)\): only an interval"),
    ],
)
def test_what_cannot_be_drawn_from_is_refused(swept: IntervalSweep, message: str) -> None:
    with pytest.raises(OverrideError, match=message):
        source_of(swept)


def test_a_sample_is_one_dimension_of_axes_with_their_types() -> None:
    dimension = sample(SOURCES, options(n=8), None)
    assert (dimension.name, len(dimension)) == ("sample", 8)
    assert {axis.name: axis.kind for axis in dimension.axes} == {"lr": LabelKind.FLOAT, "depth": LabelKind.INTEGER}
    assert dimension.joint is not None
    assert dimension.joint.sampling == Sampling(method=Method.SOBOL, seed=0, sources=tuple(SOURCES.values()))
    rates, depths = values(dimension)
    assert all(1e-4 <= rate <= 0.1 for rate in rates)
    assert set(depths) <= set(range(1, 9))


def test_replicates_are_a_last_axis_that_sets_nothing() -> None:
    dimension = sample(SOURCES, options(n=4, replicates=3), None)
    assert len(dimension) == 12
    assert [axis.name for axis in dimension.axes] == ["lr", "depth", "replicate"]
    assert values(dimension)[2] == [0, 1, 2] * 4
    assert dimension.joint is not None
    assert dimension.joint.describe() == "lr, depth, replicate, drawn by sobol with seed 0 in 3 replicates"
    assert Grid(axes=dimension.axes, joint=(dimension.joint,)).written().keys() == {"lr", "depth"}


@pytest.mark.parametrize(
    ("given", "root_seed", "seed"), [({}, None, 0), ({}, 7, 7), ({"seed": 3}, 7, 3), ({"seed": 0}, 7, 0)]
)
def test_the_seed_of_a_sample_is_its_own_or_that_of_the_run(
    given: dict[str, int], root_seed: int | None, seed: int
) -> None:
    found = sample(SOURCES, options(n=4, **given), root_seed)
    assert found == sample(SOURCES, options(n=4, seed=seed), None)
    assert values(found) != values(sample(SOURCES, options(n=4, seed=seed + 1), None))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, r"^lr, depth: .*add hydra\.sweeper\.sample\.n=256"),
        ({"n": 0}, r"hydra\.sweeper\.sample\.n is 0"),
        ({"n": 4, "seed": -1}, r"hydra\.sweeper\.sample\.seed is -1"),
        ({"n": 4, "replicates": 0}, r"hydra\.sweeper\.sample\.replicates is 0"),
        ({"n": 4, "method": "sobl"}, "method is 'sobl'; take one of sobol, halton, latin_hypercube, random"),
    ],
)
def test_options_that_are_wrong_are_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(OverrideError, match=message):
        sample(SOURCES, options(**given), None)


@pytest.mark.parametrize("method", [method for method in Method if method.continues])
def test_a_longer_sample_begins_with_the_shorter_one(method: Method) -> None:
    sampling = Sampling(method=method, seed=5, sources=tuple(SOURCES.values()))
    short, long = (values(drawn(("lr", "depth"), sampling, count)) for count in (5, 12))
    assert [column[:5] for column in long] == short
