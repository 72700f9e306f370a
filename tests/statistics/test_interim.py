"""Looks at results before members are added: which points have reached a target, and what the others need."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sweeprun.errors import UsageError
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.interim import Look, look_at
from sweeprun.statistics.not_finite import NanPolicy
from sweeprun.statistics.targets import Measure, Target
from tests.statistics.results import collected, drawn


def dataset(members: int = 50) -> xr.Dataset:
    """Two points, of which the first has a member that failed; the second one's losses spread ten times as much."""
    loss = np.random.default_rng(0).normal(size=(2, members)) * [[0.1], [1.0]]
    loss[0, 7] = np.nan
    state = np.where(np.isnan(loss), "failed", "succeeded")
    return xr.Dataset(
        {
            "loss": (("lr", "seed"), loss),
            "ok": (("lr", "seed"), (loss > 0).astype(float), {"recorded_type": "bool"}),
            "curve": (("lr", "seed", "t"), loss[..., None] + np.arange(3.0)),
            "name": (("lr", "seed"), np.full((2, members), "a")),
        },
        {"lr": [0.1, 0.01], "seed": np.arange(members), "state": (("lr", "seed"), state)},
    )


def look(target: str, data: xr.Dataset | None = None, over: str | list[str] | None = None) -> Look:
    return look_at(dataset() if data is None else data, Target.parse(target), over)


def test_a_look_says_what_is_missing_where() -> None:
    found = look("sem(loss)<0.01")
    sem = np.nanstd(dataset().loss, axis=1, ddof=1) / np.sqrt([49, 50])
    assert np.allclose(found.value, sem)
    assert found.value.dims == ("lr",)
    assert found.value.lr.values.tolist() == [0.1, 0.01]
    assert found.count.values.tolist() == [49, 50]
    assert found.open_points == 2
    assert np.isclose(found.worst, sem.max())
    assert found.more == found.needed.values.max() > 100
    assert look("sem(loss)<1").more == 0


def test_the_needed_members_are_those_besides_the_ones_that_there_are() -> None:
    std = float(np.std(dataset().loss[1], ddof=1))
    found = look("sem(loss)<0.05")
    assert found.reached.values.tolist() == [True, False]
    assert found.needed.values.tolist() == [0, int((std / 0.05) ** 2) + 1 - 50]


@settings(max_examples=50)
@given(st.lists(st.floats(-100, 100), min_size=2, max_size=12))
def test_a_point_that_just_misses_its_target_needs_a_member_more(losses: list[float]) -> None:
    data = xr.Dataset({"loss": ("member", losses)})
    missed = float(look("sem(loss)<1", data).value)
    assume(missed > 1e-100)
    found = look_at(data, Target(measure=Measure.SEM, variable="loss", limit=missed))
    assert (found.open_points, found.more) == (1, 1)


def test_points_that_are_left_out_need_nothing() -> None:
    left_out = dataset()
    left_out["loss"][1] = np.nan
    left_out["state"][1] = "excluded"
    found = look("sem(loss)<0.5", left_out)
    assert (found.open_points, found.more) == (0, 0)
    assert found.reached.values.tolist() == [True, True]


def test_a_point_with_one_member_left_out_still_counts() -> None:
    partly = dataset()
    partly["state"][1, 0] = "excluded"
    assert look("sem(loss)<0.05", partly).reached.values.tolist() == [True, False]


def test_a_look_over_an_axis_that_tasks_made() -> None:
    with pytest.raises(UsageError, match=r"values along t come from one task each.* no error of their mean"):
        look("sem(curve)<1", over="t")
    found = look_at(dataset(), Target.parse("sem(curve)<1"), "t", independent=True)
    assert found.value.dims == ("lr", "seed")
    assert found.open_points == 1  # the task that failed


def test_a_look_over_several_axes_is_one_point() -> None:
    found = look("sem(loss)<1", over=["lr", "seed"])
    assert found.value.dims == ()
    assert int(found.count) == 99


def test_truth_values_that_agree_have_not_reached_a_halfwidth() -> None:
    agreeing = dataset()
    agreeing["ok"][:] = 1.0
    assert look("sem(ok)<0.2").open_points == 0
    assert look("halfwidth(ok)<0.01", agreeing).open_points == 2
    assert look("halfwidth(ok)<0.01", agreeing).target.interval is IntervalKind.WILSON


def test_the_worst_point_is_unknown_without_any_value() -> None:
    none = dataset()
    none["loss"][:] = np.nan
    found = look("sem(loss)<1", none)
    assert np.isnan(found.worst)
    assert (found.open_points, found.more) == (2, 2)


def test_only_members_of_open_points_are_a_gain() -> None:
    before = look("sem(loss)<0.05")
    assert not before.has_more_than(before)
    assert look("sem(loss)<0.05", dataset(60)).has_more_than(before)
    gained_where_reached = dataset()
    gained_where_reached["loss"][0, 7] = 0.0
    after = look("sem(loss)<0.05", gained_where_reached)
    assert after.count.values.tolist() == [50, 50]
    assert not after.has_more_than(before)


def test_more_values_of_each_task_are_a_gain() -> None:
    before = look("sem(curve)<0.05", dataset().isel(t=slice(2)))
    assert look("sem(curve)<0.05").has_more_than(before)


@pytest.mark.parametrize(
    ("target", "over", "message"),
    [
        ("sem(name)<1", None, r"sem\(name\)<1\.0: .*'name' of numbers; there are: loss, ok, curve"),
        ("sem(loss)<1", "t", "'loss' of numbers; there are: curve"),
        ("sem(loss)<1", "member", "no axis 'member'"),
    ],
)
def test_a_look_at_what_is_missing_is_refused(target: str, over: str | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        look(target, over=over)


def test_without_any_variable_of_numbers_none_is_offered() -> None:
    with pytest.raises(UsageError, match="there are: none"):
        look("sem(loss)<1", dataset()[["name"]])


def test_zeros_and_ones_are_proportions_and_a_user_may_say_otherwise() -> None:
    """None of 30 is 1: Student's half-width is 0."""
    data = dataset(30).assign(hits=(("lr", "seed"), np.zeros((2, 30), int)))
    found = look("halfwidth(hits)<0.005", data)
    assert (found.open_points, found.taken_for) == (2, "all values are 0 or 1: a proportion")
    assert np.allclose(found.value, 0.0568, atol=1e-4)
    student = look_at(data, Target.parse("halfwidth(hits)<0.005", 0.95, IntervalKind.STUDENT))
    assert (student.open_points, student.taken_for) == (0, "")
    with pytest.raises(UsageError, match="needs values that are 0 or 1"):
        look_at(data, Target.parse("halfwidth(loss)<1", 0.95, IntervalKind.WILSON))


def test_members_count_once_with_the_mean_of_what_a_task_returned() -> None:
    found = look("sem(curve)<1", over=["seed", "t"])
    assert found.count.values.tolist() == [49, 50]
    assert np.allclose(found.value, look("sem(loss)<1").value)


def test_infinite_results_leave_a_point_undetermined_and_drive_nothing() -> None:
    x = drawn(2, 20)
    x[1, 3] = np.inf
    found = look_at(collected(x=x), Target.parse("sem(x)<9"))
    assert found.reached.values.tolist() == [True, False]
    assert found.undetermined.values.tolist() == ["", "1 of 20 results is infinite"]
    assert (found.open_points, found.undetermined_points, found.more) == (1, 1, 0)
    assert np.isfinite(found.worst)


def test_members_that_are_equal_have_reached_nothing() -> None:
    x = drawn(2, 9)
    x[1] = 0.30000000000000004
    for measure in ("sem", "rel_sem", "halfwidth", "rel_halfwidth"):
        found = look_at(collected(x=x), Target.parse(f"{measure}(x)<100"))
        assert found.reached.values.tolist() == [True, False]
        assert (found.undetermined_points, found.more) == (1, 0)


def test_results_that_are_nan_are_left_out_or_leave_it_undetermined() -> None:
    x = drawn(2, 12)
    x[1, :4] = np.nan
    left_out = look_at(collected(x=x), Target.parse("sem(x)<1"))
    assert (left_out.open_points, left_out.count.values.tolist()) == (0, [12, 8])
    propagated = look_at(collected(x=x), Target.parse("sem(x)<1"), nan=NanPolicy.PROPAGATE)
    assert propagated.undetermined.values.tolist() == ["", "4 of 12 results are NaN"]
    with pytest.raises(UsageError, match="4 of 24 results are NaN"):
        look_at(collected(x=x), Target.parse("sem(x)<1"), nan=NanPolicy.RAISE)


def test_points_that_are_left_out_are_not_undetermined() -> None:
    data = collected(x=np.full((2, 9), np.inf))
    data["state"][:] = "excluded"
    found = look_at(data, Target.parse("sem(x)<1"))
    assert (found.open_points, found.undetermined_points) == (0, 0)


def test_members_that_agree_by_chance_need_as_many_again() -> None:
    found = look_at(collected(acc=np.full((1, 4), 0.975), loss=drawn(1, 4)), Target.parse("sem(acc)<0.1"))
    assert (found.open_points, found.undetermined_points, found.more) == (1, 0, 4)
    assert np.isnan(found.value).all()


def test_members_that_are_equal_have_no_error_with_their_means_either() -> None:
    curve = np.tile(drawn(2, 1, 30), (1, 9, 1))
    for over in ("member", ["member", "t"]):
        found = look_at(collected(x=curve), Target.parse("sem(x)<9"), over)
        assert found.undetermined_points == found.reached.size
    curve[1, 3, 29] += 1
    found = look_at(collected(x=curve), Target.parse("sem(x)<9"), ["member", "t"])
    assert found.reached.values.tolist() == [False, True]


@pytest.mark.parametrize("missing", [[], [2, 5]])
def test_zeros_and_ones_that_are_equal_are_proportions(missing: list[int]) -> None:
    hits = np.tile([[0.0], [1.0]], (1, 30))
    hits[:, missing] = np.nan
    data = collected(hit=hits)
    found = look_at(data, Target.parse("halfwidth(hit)<0.08"))
    assert (found.open_points, found.undetermined_points, found.target.interval) == (0, 0, IntervalKind.WILSON)
    assert look_at(data, Target.parse("halfwidth(hit)<0.01")).open_points == 2
    assert look_at(data, Target.parse("sem(hit)<1"), nan=NanPolicy.PROPAGATE).open_points == (2 if missing else 0)


def test_counts_that_are_equal_by_chance_have_the_error_of_few_events() -> None:
    counts = np.array([[0] * 6, [2] * 6, [0, 1, 2, 0, 0, 3]])
    found = look_at(collected(count=counts, x=drawn(3, 6)), Target.parse("halfwidth(count)<2"))
    assert found.target.interval is IntervalKind.COUNTS
    assert found.open_points == 0
    assert (found.value > 0).all()
    student = Target.parse("halfwidth(count)<2", 0.95, IntervalKind.STUDENT)
    assert look_at(collected(count=counts, x=drawn(3, 6)), student).reached.values.tolist() == [False, False, True]


def test_who_says_that_members_are_independent_says_nothing_of_nan_and_equal_ones() -> None:
    x = drawn(2, 9, 40)
    x[0, :, 3], x[1] = np.nan, 0.30000000000000004
    found = look_at(collected(x=x), Target.parse("sem(x)<9"), ["member", "t"], independent=True)
    assert found.count.values.tolist() == [9 * 39, 9 * 40]
    assert found.undetermined.values.tolist() == ["", "all members are equal to the bit"]
    with pytest.raises(UsageError, match=r"9 of 720 values are NaN"):
        look_at(collected(x=x), Target.parse("sem(x)<9"), ["member", "t"], independent=True, nan=NanPolicy.RAISE)


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("target", ["sem(x)<1", "halfwidth(x)<1", "rel_sem(x)<1"])
def test_members_that_are_all_0_or_all_1_may_miss_rare_values(target: str, value: float) -> None:
    """Unless they are proportions or counts, whose intervals are open."""
    few, many = np.abs(drawn(2)), np.abs(drawn(2, 100))
    few[1] = many[1] = value
    found = look(target, collected(x=few))
    assert (found.reached.values[1], found.needed.values[1], found.undetermined.values[1]) == (False, 9, "")
    found = look(target, collected(x=many))
    assert (found.reached.values[1], found.needed.values[1]) == (False, 0)
    assert found.undetermined.values.tolist() == ["", f"all members are {value:g}: others are rare, if any"]
    curves = many[..., None] * np.ones(3)
    curves[0, :, 0] = value
    assert (look(target, collected(x=curves)).undetermined.values != "").tolist() == [[False] * 3, [True] * 3]


def test_counts_and_proportions_that_are_all_0_have_an_open_interval() -> None:
    counts = np.random.default_rng(0).poisson(3.0, (2, 100))
    counts[1] = 0
    for values in (counts, counts > 2, (counts > 2).astype(int)):
        found = look("halfwidth(x)<9", collected(x=values))
        assert (found.open_points, found.undetermined_points) == (0, 0)
