"""NaN and infinite results are counted, and not those that stand for nothing."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.errors import UsageError
from sweeprun.statistics.not_finite import (
    NanPolicy,
    all_finite,
    check_finite,
    count_not_finite,
    is_truth,
    told_not_finite,
)
from tests.statistics.results import collected, drawn

NAN, INF = np.nan, np.inf


def diverged() -> xr.Dataset:
    """Nine members at two points; at the second three returned NaN, at the first one is infinite."""
    x = drawn()
    x[1, [0, 4, 5]] = NAN
    x[0, 2] = -INF
    return collected(x=x)


def test_truth_values_stay_true_or_false_if_some_are_missing() -> None:
    assert is_truth(xr.DataArray([True]))
    assert is_truth(xr.DataArray([1.0, NAN], attrs={"recorded_type": "bool"}))
    assert not is_truth(xr.DataArray([1.0, 0.0]))


def counts(data: xr.Dataset, name: str = "x") -> list[list[int]]:
    found = count_not_finite(data, name, ["member"])
    return [one.values.tolist() for one in (found.given, found.nan, found.infinite)]


def told(data: xr.Dataset, policy: NanPolicy | None = None) -> list[str]:
    return told_not_finite(data, count_not_finite(data, "x", ["member"]), policy)


def test_results_that_are_not_finite_are_counted_at_each_point() -> None:
    assert counts(diverged()) == [[9, 9], [0, 3], [1, 0]]
    assert count_not_finite(diverged(), "x", ["member"]).certain


def test_tasks_without_a_result_are_none_of_them() -> None:
    data = diverged()
    data["state"][1, :3] = ["failed", "pending", "excluded"]
    data["x"][1, :3] = NAN
    assert counts(data) == [[9, 6], [0, 2], [1, 0]]


def test_values_that_no_task_gave_are_none_of_them() -> None:
    data = diverged().assign_attrs(not_given='{"x": [{"tasks": "9,13"}]}')
    assert counts(data) == [[9, 7], [0, 1], [1, 0]]


def test_padding_is_none_of_them() -> None:
    curve = np.full((1, 2, 3), NAN)
    curve[0, 0, :2] = 1.0
    groups = [{"tasks": "0", "given": {"t": {"places": "0-1", "of": 3}}}]
    found = count_not_finite(collected(x=curve, not_given={"x": groups}), "x", ["member"])
    assert found.given.values.tolist() == [[2, 2, 1]]
    assert found.nan.values.tolist() == [[1, 1, 1]]


def test_whole_numbers_and_truth_values_are_never_nan() -> None:
    missing = np.array([[1.0, NAN]])
    data = collected(n=np.array([[1, 2]]), b=np.array([[True, False]]), f=missing)
    data["f"].attrs["recorded_type"] = "bool"
    assert counts(data, "n") == counts(data, "b") == [[2], [0], [0]]
    assert counts(data.drop_attrs(deep=False), "f") == [[2], [0], [0]]


def test_complex_numbers_are_nan_or_infinite_in_either_part() -> None:
    data = collected(x=np.array([[1 + 1j, complex(NAN, 0), complex(0, NAN), complex(INF, NAN), complex(0, -INF)]]))
    assert counts(data) == [[5], [2], [2]]


def test_a_dataset_that_does_not_say_so_may_mean_missing_values() -> None:
    for data in (diverged().drop_vars("state"), diverged().drop_attrs()):
        assert counts(data) == [[9, 9], [0, 3], [1, 0]]
        (line, _) = told(data)
        assert line == (
            "x: 3 of 18 values are NaN: lr=1.0 (3 of 9); the Dataset doesn't say whether tasks returned NaN, or gave "
            "no value"
        )


def test_points_are_named_with_what_became_of_their_results() -> None:
    assert told(diverged()) == [
        "x: 3 of 18 results are NaN: lr=1.0 (3 of 9)",
        "x: 1 of 18 results is infinite: lr=0.1 (1 of 9)",
    ]
    assert told(diverged(), NanPolicy.OMIT) == [
        "x: 3 of 18 results are NaN, and left out: lr=1.0 (3 of 9)",
        "x: 1 of 18 results is infinite, so the mean there is infinite or NaN, and its error unknown: lr=0.1 (1 of 9)",
    ]
    assert told(diverged(), NanPolicy.PROPAGATE)[0].startswith("x: 3 of 18 results are NaN, and so are the statistics")
    assert told(collected(x=drawn())) == []
    single = diverged().isel(lr=1)
    assert told_not_finite(single, count_not_finite(single, "x", ["member"])) == ["x: 3 of 9 results are NaN"]


def test_the_points_with_the_most_are_named_first_and_many_are_cut_short() -> None:
    x = drawn(7, 9)
    for point in range(7):
        x[point, : point + 1] = NAN
    (line,) = told(collected(x=x))
    assert line.startswith("x: 28 of 63 results are NaN: lr=100000.0 (7 of 9), lr=10000.0 (6 of 9)")
    assert line.endswith("lr=10.0 (3 of 9), … and 2 more points")


def test_values_of_a_result_are_told_at_its_point() -> None:
    curve = drawn(2, 3, 4)
    curve[1, 0, 2:] = NAN
    assert told(collected(x=curve)) == ["x: 2 of 24 values are NaN: lr=1.0 (2 of 12)"]


def test_they_are_refused_if_that_is_the_policy() -> None:
    found = count_not_finite(diverged(), "x", ["member"])
    for policy in (NanPolicy.OMIT, NanPolicy.PROPAGATE):
        check_finite(diverged(), found, policy)
    with pytest.raises(
        UsageError, match=r"3 of 18 results are NaN: lr=1\.0 \(3 of 9\); x: 1 of 18 .*--nan raise refuses"
    ):
        check_finite(diverged(), found, NanPolicy.RAISE)
    finite = collected(x=drawn())
    check_finite(finite, count_not_finite(finite, "x", ["member"]), NanPolicy.RAISE)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([1.5, NAN, INF, -INF]), st.sampled_from(["succeeded", "failed", "lost"]), st.booleans()
        ),
        min_size=1,
        max_size=20,
    )
)
def test_every_value_is_counted_once_as_what_it_is(tasks: list[tuple[float, str, bool]]) -> None:
    values, states, given_by = zip(*tasks, strict=True)
    x = np.where(np.array(given_by) & (np.array(states) == "succeeded"), values, NAN)
    lacking = ",".join(str(i) for i, gave in enumerate(given_by) if not gave)
    data = collected(x=x[None], not_given={"x": [{"tasks": lacking}]} if lacking else {})
    data["state"][0] = list(states)
    there = [value for value, state, gave in tasks if gave and state == "succeeded"]
    expected = [len(there), int(np.isnan(there).sum()), int(np.isinf(there).sum())]
    assert [one for (one,) in counts(data)] == expected


def test_what_is_all_finite_is_plain_at_once() -> None:
    def plain(*values: object) -> bool:
        return all_finite(xr.DataArray(np.array(values)))

    assert all([plain(1.0, -2.5), plain(1, 2), plain(True), plain(1 + 2j)])
    assert not any([plain(1.0, NAN), plain(INF), plain(INF, -INF), plain(complex(0, INF))])
    assert not plain(1e308, 1e308), "a sum that overflows says nothing"
