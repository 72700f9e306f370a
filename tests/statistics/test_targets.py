"""Targets of precision: what is reached, and how many members that takes."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from sweeprun.errors import UsageError
from sweeprun.statistics.estimators import IntervalKind, interval
from sweeprun.statistics.moments import Moments, moments
from sweeprun.statistics.targets import FEWEST, Measure, Target


def found_of(count: int, mean: float, std: float) -> Moments:
    return Moments(count=np.array(count), mean=np.array(mean), std=np.array(std), sem=np.array(std / np.sqrt(count)))


@pytest.mark.parametrize(
    "text",
    ["sem(price)<0.01", " rel_sem( a b ) <= 1e-3 ", "halfwidth(x.y)<2", "rel_halfwidth(é)<.5", "sem(x)<0.0123456789"],
)
def test_targets_are_read(text: str) -> None:
    target = Target.parse(text)
    assert target.limit > 0
    assert Target.parse(str(target)) == target


def test_a_variable_may_be_called_as_its_task_called_it() -> None:
    assert Target.parse("sem(val/acc)<1").variable == "val.acc"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sem",
        "sem(x)",
        "sem(x)>1",
        "mean(x)<1",
        "sem()<1",
        "sem(x)<0",
        "sem(x)<-1",
        "sem(x)<inf",
        "sem(x)<a<b",
        "sem(x)<nan",
    ],
)
def test_what_is_no_target_is_told(text: str) -> None:
    with pytest.raises(UsageError, match=r"write MEASURE\(VARIABLE\)<NUMBER"):
        Target.parse(text)


@given(st.sampled_from(Measure), st.integers(2, 10_000), st.floats(0.1, 100), st.floats(0.01, 100), st.floats(0.01, 10))
def test_so_many_members_are_needed_and_not_one_less(
    measure: Measure, count: int, mean: float, std: float, limit: float
) -> None:
    target = Target(measure=measure, variable="x", limit=limit)
    needed = int(target.needed(found_of(count, mean, std)))
    assume(needed < 10**9)  # of more it only says so
    assert target.is_reached(found_of(needed, mean, std))
    if needed > FEWEST:
        fewer = found_of(needed - 1, mean, std)
        assert not target.is_reached(fewer) or np.isclose(target.values(fewer), limit, rtol=1e-3)


def test_a_number_of_members_that_rounding_makes_too_small_is_one_more() -> None:
    mean = 58.45857142824474
    target = Target.parse("rel_sem(x)<0.01")
    assert target.is_reached(found_of(int(target.needed(found_of(2, mean, mean))), mean, mean))


def test_the_rule_of_the_standard_error() -> None:
    assert int(Target.parse("sem(x)<0.1").needed(found_of(20, 5.0, 1.0))) == 101
    assert int(Target.parse("rel_sem(x)<0.1").needed(found_of(20, 5.0, 1.0))) == 5


def test_a_halfwidth_is_that_of_students_interval() -> None:
    sample = np.random.default_rng(0).normal(size=12)
    target = Target(measure=Measure.HALFWIDTH, variable="x", limit=1.0, level=0.9)
    expected = stats.t.ppf(0.95, 11) * stats.sem(sample)
    assert np.isclose(target.values(moments(sample)), expected)


@pytest.mark.parametrize("successes", [0, 3, 10])
def test_the_halfwidth_of_a_proportion_is_wilsons(successes: int) -> None:
    target = Target(measure=Measure.HALFWIDTH, variable="x", limit=0.02, level=0.9, interval=IntervalKind.WILSON)
    found = moments(np.array([1.0] * successes + [0.0] * (10 - successes)))
    expected = stats.binomtest(successes, 10).proportion_ci(0.9, method="wilson")
    assert np.isclose(target.values(found), (expected.high - expected.low) / 2)
    assert not target.is_reached(found)
    needed = int(target.needed(found))
    mean = successes / 10
    assert target.is_reached(found_of(needed, mean, 0.0))
    assert not target.is_reached(found_of(needed - 1, mean, 0.0))


def test_a_level_that_is_none_is_told() -> None:
    with pytest.raises(UsageError, match=r"--level is 1\.5"):
        Target.parse("halfwidth(x)<1", 1.5)


def test_what_a_mean_of_zero_needs_is_not_known() -> None:
    found = moments(np.zeros(10))
    assert not Target.parse("rel_sem(x)<0.1").is_reached(found)
    assert int(Target.parse("rel_sem(x)<0.1").needed(found)) == 10**9


def test_points_that_know_no_error_need_two_members() -> None:
    found = moments(np.array([[1.0, np.nan], [np.nan, np.nan], [2.0, 2.0]]))
    target = Target.parse("sem(x)<1")
    assert target.is_reached(found).tolist() == [False, False, True]
    assert target.needed(found).tolist() == [2, 2, 2]
    relative = Target.parse("rel_sem(x)<0.1")
    assert int(relative.needed(found_of(10, 0.0, 1.0))) == 10**9


@given(
    st.sampled_from(Measure),
    st.sampled_from([IntervalKind.WILSON, IntervalKind.COUNTS, IntervalKind.POISSON, IntervalKind.NORMAL]),
    st.integers(2, 100),
    st.integers(0, 100),
    st.floats(0.01, 1),
)
def test_other_intervals_need_so_many_members_and_not_one_less(
    measure: Measure, kind: IntervalKind, count: int, events: int, limit: float
) -> None:
    target = Target(measure=measure, variable="x", limit=limit, interval=kind)
    mean = min(events, count) / count
    std = float(np.sqrt(mean * (1 - mean)))
    needed = int(target.needed(found_of(count, mean, std)))
    assume(needed < 10**9)
    assert target.is_reached(found_of(needed, mean, std))
    if needed > FEWEST:
        fewer = found_of(needed - 1, mean, std)
        assert not target.is_reached(fewer) or np.isclose(target.values(fewer), limit, rtol=1e-3)


@pytest.mark.parametrize("kind", [IntervalKind.WILSON, IntervalKind.COUNTS, IntervalKind.POISSON])
@pytest.mark.parametrize("measure", [Measure.SEM, Measure.HALFWIDTH])
def test_none_of_30_is_not_precise(kind: IntervalKind, measure: Measure) -> None:
    """The standard error of 30 zeros is 0; but 3 in 100 would often show none of 30."""
    found = moments(np.zeros(30, int))
    target = Target(measure=measure, variable="x", limit=0.005, interval=kind)
    assert not target.is_reached(found)
    assert int(target.needed(found)) > 80
    assert not Target(measure=Measure.RELATIVE_SEM, variable="x", limit=0.5, interval=kind).is_reached(found)


@pytest.mark.parametrize("kind", [IntervalKind.NORMAL, IntervalKind.POISSON, IntervalKind.COUNTS])
def test_a_halfwidth_is_that_of_the_interval_that_was_asked_for(kind: IntervalKind) -> None:
    sample = np.array([0, 1, 0, 3, 0, 2])
    low, high = interval(sample, kind, 0.9)
    target = Target(measure=Measure.HALFWIDTH, variable="x", limit=1.0, level=0.9, interval=kind)
    assert np.isclose(target.values(moments(sample)), (high - low) / 2)


@pytest.mark.parametrize("kind", [IntervalKind.BOOTSTRAP, IntervalKind.BATCHES])
def test_an_interval_that_knows_no_number_of_members_is_refused(kind: IntervalKind) -> None:
    with pytest.raises(UsageError, match=f"--interval {kind.value} can't be that of a target"):
        Target.parse("sem(x)<1", 0.95, kind)


def test_what_many_points_need_is_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not one by one, which takes minutes for a curve."""
    calls = []
    monkeypatch.setattr(stats.t, "ppf", lambda *given: calls.append(given) or np.full(np.shape(given[1]), 2.0))
    std = np.linspace(0.1, 5, 10_000)
    found = Moments(count=np.full(std.shape, 5), mean=np.ones(std.shape), std=std, sem=std / np.sqrt(5))
    needed = Target(measure=Measure.HALFWIDTH, variable="x", limit=0.1).needed(found)
    assert (np.abs(needed - (20 * std) ** 2) <= 1.001).all()
    assert len(calls) < 100
