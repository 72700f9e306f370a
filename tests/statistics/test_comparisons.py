"""Differences between two points of a Dataset."""

import numpy as np
import pytest
import xarray as xr

import sweeprun.mc  # noqa: F401  # registers the accessor
from sweeprun.errors import UsageError
from sweeprun.statistics.comparisons import paired
from sweeprun.statistics.differences import DifferenceKind
from sweeprun.statistics.not_finite import NanPolicy
from tests.statistics.results import collected, dataset, drawn


def test_common_random_numbers_make_a_difference_smaller() -> None:
    shared = dataset(shared_by=["seed"]).mc.paired("lr", 0.1, 0.01)
    apart = dataset().mc.paired("lr", 0.1, 0.01)
    assert (shared.attrs["streams_shared"], apart.attrs["streams_shared"]) == ("True", "False")
    assert shared.loss.sel(statistic="n") == 49
    assert np.isclose(shared.loss.sel(statistic="mean"), -1, atol=0.1)
    ratio = (apart.loss.sel(statistic="sem") / shared.loss.sel(statistic="sem")) ** 2
    assert np.isclose(ratio, shared.loss.sel(statistic="variance_reduction"), rtol=0.1)
    assert ratio > 30
    assert shared.loss.sel(statistic="correlation") > 0.95
    assert np.isnan(apart.loss.sel(statistic="correlation"))
    assert shared.loss.attrs["streams_shared"] == "True"
    assert paired(dataset(), "lr", 0.1, 0.01, shared=True).attrs["streams_shared"] == "True"


@pytest.mark.parametrize(
    ("shared_by", "shared"), [(None, False), (["seed"], True), (["lr"], False), (["seed", "lr"], False), ([], False)]
)
def test_streams_are_shared_if_the_members_share_them_and_the_compared_do_not(
    shared_by: list[str] | None, shared: bool
) -> None:
    found = paired(dataset(shared_by=shared_by), "lr", 0.1, 0.01)
    assert found.attrs["streams_shared"] == str(shared)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dataset().mc.paired("lr", 0.1, 5), "lr has no value 5; it has 0.1, 0.01"),
        (lambda: dataset().mc.paired("batch", 1, 2), "no axis 'batch' to compare along; axes: lr, t"),
        (lambda: dataset().mc.paired("seed", 1, 2), "no axis 'seed' to compare along"),
        (lambda: dataset().mc.paired("t", 0, 3, over="seed"), "t has no value 3; it has 0 to 2"),
        (lambda: dataset().mc.paired("t", 0.5, 1, over="seed"), "t has no value 0.5"),
        (lambda: dataset().mc.paired("lr", 0.1, 0.01, level=2), "level is 2"),
        (
            lambda: dataset().mc.paired("lr", 0.1, 0.01, interval="wilson"),
            "interval is 'wilson'; take one of student, newcombe",
        ),
        (lambda: paired(dataset(), "lr", 0.1, 0.01, kind=DifferenceKind.NEWCOMBE), "needs values that are 0 or 1"),
    ],
)
def test_what_is_not_there_is_told(call: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()  # type: ignore[operator]


def test_pairs_of_truth_values_that_agree_leave_the_difference_open() -> None:
    """Student's interval of pairs that all agree is the point 0."""
    hit = np.tile(np.arange(30) % 2 == 0, (2, 1))
    data = dataset(shared_by=["seed"]).isel(seed=slice(0, 30)).assign(hit=(("lr", "seed"), hit))
    found = paired(data, "lr", 0.1, 0.01).hit
    assert found.attrs["interval"] == "newcombe, level 0.95"
    assert found.sel(statistic="low") < -0.03
    assert found.sel(statistic="high") > 0.03
    student = paired(data, "lr", 0.1, 0.01, kind=DifferenceKind.STUDENT).hit
    assert student.sel(statistic=["low", "high"]).values.tolist() == [0, 0]


def test_differences_of_dependent_members_have_no_error() -> None:
    found = paired(dataset().drop_vars("ok"), "lr", 0.1, 0.01, over="t")
    assert np.isnan(found.curve.sel(statistic=["sem", "low", "high"])).all()
    assert (found.attrs["members_independent"], found.curve.attrs["interval"]) == ("False", "none")
    assert np.isfinite(paired(dataset(), "lr", 0.1, 0.01, over=["seed", "t"]).curve.sel(statistic="sem"))


def diverged() -> xr.Dataset:
    """Nine members at two points; at the second three returned NaN, and three of the hits are unknown."""
    x, hit = drawn(), np.tile([0.0, 1.0, 1.0], (2, 3))
    x[1, :3] = np.nan
    hit[0, 6:] = np.nan
    return collected(x=x, hit=hit, fine=drawn())


def test_pairs_with_nan_are_left_out_unless_the_user_says_otherwise() -> None:
    found = paired(diverged(), "lr", 0.1, 1.0, shared=True)
    assert (found.x.sel(statistic="n"), found.hit.sel(statistic="n")) == (6, 6)
    assert found.hit.attrs["interval"] == "newcombe, level 0.95"
    assert found.hit.sel(statistic="low") < 0 < found.hit.sel(statistic="high")
    made = paired(diverged(), "lr", 0.1, 1.0, shared=True, nan=NanPolicy.PROPAGATE)
    for name in ("x", "hit"):
        assert made[name].sel(statistic="n") == 6
        assert np.isnan(made[name].sel(statistic=["mean", "sem", "low", "high", "correlation"])).all()
    assert np.isfinite(made.fine).all()
    with pytest.raises(UsageError, match=r"x: 3 of 18 results are NaN.*--nan raise refuses them"):
        paired(diverged(), "lr", 0.1, 1.0, nan=NanPolicy.RAISE)


@pytest.mark.parametrize("shared", [True, False])
def test_the_error_of_a_difference_of_infinite_results_is_unknown(shared: bool) -> None:
    data = diverged()
    data["fine"][0, 4], data["hit"][:, 1] = np.inf, np.inf
    found = paired(data, "lr", 0.1, 1.0, shared=shared)
    assert found.fine.sel(statistic="mean") == np.inf
    assert np.isnan(found.hit.sel(statistic="mean"))
    for name in ("fine", "hit"):
        assert np.isnan(found[name].sel(statistic=["sem", "low", "high"])).all()
