"""Members that are equal although their streams differ."""

import numpy as np
import pytest
import xarray as xr

from sweeprun.statistics.equal_members import drawn_along, equal_members, told_equal
from sweeprun.statistics.equal_values import Suspicion
from tests.statistics.results import collected, drawn

FIXED = 0.30000000000000004
NAN = np.nan


def fixed(points: int = 2, members: int = 9) -> np.ndarray:
    """As from a generator that is seeded with a fixed number."""
    return np.full((points, members), FIXED)


def where(data: xr.Dataset, name: str = "x", **options: Suspicion) -> list[bool] | None:
    found = equal_members(data, name, ["member"], **options)
    return None if found is None else found.where.values.tolist()


def told(data: xr.Dataset, *names: str) -> str:
    found = [equal_members(data, name, ["member"]) for name in names or ("x",)]
    (line,) = told_equal(data, [one for one in found if one is not None])
    return line


def test_continuous_numbers_that_agree_are_named() -> None:
    x = drawn()
    x[1] = FIXED
    data = collected(x=x)
    assert where(data) == [False, True]
    assert told(data).startswith(
        "x is equal to the bit in all 9 members at 1 of 2 points (lr=1.0), although their random streams differ"
    )
    everywhere = collected(x=fixed(members=2))
    assert told(everywhere).startswith("x is equal to the bit in both members at every point, although")
    single = data.isel(lr=1)
    assert told(single).startswith("x is equal to the bit in all 9 members, a")


def test_variables_that_are_equal_at_the_same_points_are_one_sentence() -> None:
    data = collected(x=fixed(), y=fixed(), z=drawn())
    assert told(data, "x", "y", "z").startswith("x, y are equal to the bit in all 9 members at every point, although")


def test_numbers_that_differ_are_not() -> None:
    assert where(collected(x=drawn())) is None


def test_members_without_a_value_have_no_say() -> None:
    x = fixed()
    x[0, :7], x[1, :8] = NAN, NAN
    assert where(collected(x=x)) == [True, False]


def test_a_result_agrees_if_all_of_its_values_do() -> None:
    curve = drawn(2, 9, 3)
    curve[0] = [FIXED, 2 * FIXED, NAN]
    curve[1, :, 0] = FIXED  # where all begin
    assert where(collected(x=curve)) == [True, False]


def test_truth_values_zeros_and_small_counts_may_agree() -> None:
    ok = np.full((2, 9), True)
    data = collected(ok=ok, zero=ok * 0.0, one=ok * 1, few=ok * 2, share=drawn())
    data["was_bool"] = data["share"].where(False, FIXED).assign_attrs(recorded_type="bool")
    for name in ("ok", "zero", "one", "few", "was_bool"):
        assert where(data, name) in (None, [False, False])


def test_shares_and_large_counts_may_if_anything_else_differs() -> None:
    share, count = np.full((2, 9), 0.975), np.full((2, 9), 785_398)
    assert where(collected(x=share)) == [True, True]
    assert where(collected(x=count)) == [True, True]
    assert where(collected(x=share, y=count, flag=share > 2)) == [True, True]
    for x in (share, count):
        assert where(collected(x=x, loss=drawn())) in (None, [False, False])
        elsewhere = x.copy()
        elsewhere[1, 0] += 1
        assert where(collected(x=elsewhere)) in (None, [False, False])


def test_of_a_target_they_may_only_if_that_is_likely() -> None:
    few, many = np.full((1, 4), 0.975), np.full((1, 40), 0.975)
    found = equal_members(collected(x=few, y=drawn(1, 4)), "x", ["member"], least=Suspicion.UNLIKELY)
    assert (found.where.values.tolist(), found.by_chance.values.tolist()) == ([False], [True])
    assert where(collected(x=many, y=drawn(1, 40)), least=Suspicion.UNLIKELY) == [True]


@pytest.mark.parametrize(("shared_by", "differ"), [(None, True), (["member"], True), (["lr"], False), ([], False)])
def test_members_of_one_stream_may_be_equal(shared_by: list[str] | None, differ: bool) -> None:
    data = collected(x=fixed(), shared_by=shared_by)
    assert drawn_along(data, ["member"]) == ["member"] * differ
    assert (where(data) is not None) is differ


def test_where_streams_are_not_known_nothing_is_said() -> None:
    data = collected(x=fixed())
    for unknown in (data.drop_attrs(), data.assign_attrs(streams="[]"), data.drop_vars(["task_id", "state"])):
        assert where(unknown) is None


def test_over_a_dimension_of_the_output_streams_do_not_differ() -> None:
    data = collected(x=np.full((2, 9, 3), FIXED))
    assert equal_members(data, "x", ["t"]) is None
    assert equal_members(data, "x", ["lr", "member"]).where.values.tolist() is True


def test_members_are_equal_along_the_axes_that_streams_differ_along() -> None:
    x = np.tile([[FIXED], [2 * FIXED]], (1, 9))
    assert equal_members(collected(x=x), "x", ["lr", "member"]) is None
    found = equal_members(collected(x=x, shared_by=["member"]), "x", ["lr", "member"])
    assert found is not None
    assert found.where.values.tolist() == [True, True]
