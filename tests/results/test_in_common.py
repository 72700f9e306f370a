"""What failed tasks have in common: never what isn't so, and never what is so by chance."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.results.in_common import Column, Common, Population, Strength


def columns_of(**lengths: int) -> list[Column]:
    """The axes of a grid, each with the values 0, 1, …"""
    codes = np.unravel_index(np.arange(int(np.prod(list(lengths.values())))), tuple(lengths.values()))
    return [
        Column(name=name, codes=own, label=str, ordered=name != "kind")
        for name, own in zip(lengths, codes, strict=True)
    ]


def only(columns: Sequence[Column], ended: np.ndarray) -> list[Column]:
    """What is known of the tasks that have ended."""
    return [replace(column, codes=column.codes[ended]) for column in columns]


def common_of(columns: Sequence[Column], bad: np.ndarray, among: np.ndarray | None = None) -> str:
    """What is said of the tasks ``among`` (by default all bad ones), where the other tasks succeeded."""
    found = Population(columns, ~bad).common(np.flatnonzero(bad if among is None else among))
    return "" if found is None else str(found)


def test_one_value_that_always_fails() -> None:
    lr, seed = columns_of(lr=5, seed=20)
    assert common_of([lr, seed], lr.codes == 3) == "all 20 tasks with lr=3, and no other"


def test_one_value_that_some_tasks_fail_with() -> None:
    lr, seed = columns_of(lr=5, seed=20)
    bad = (lr.codes == 3) & (seed.codes % 3 == 0)
    assert common_of([lr, seed], bad) == "all have lr=3"


def test_a_pair_of_values() -> None:
    lr, size, seed = columns_of(lr=4, size=4, seed=5)
    bad = (lr.codes == 1) & (size.codes == 2)
    assert common_of([lr, size, seed], bad) == "all 5 tasks with lr=1 and size=2, and no other"


def test_all_values_from_one_on() -> None:
    lr, seed = columns_of(lr=10, seed=3)
    assert common_of([lr, seed], lr.codes >= 7) == "all 9 tasks with lr>=7, and no other"
    assert common_of([lr, seed], lr.codes <= 1) == "all 6 tasks with lr<=1, and no other"


def test_several_values_of_one_axis() -> None:
    kind, seed = columns_of(kind=60, seed=3)
    bad = np.isin(kind.codes, [13, 20, 41, 55])
    assert common_of([kind, seed], bad) == "all 12 tasks with kind=13, 20, 41, 55, and no other"


def test_each_way_of_failing_by_itself_where_another_one_comes_first() -> None:
    file, lr = columns_of(kind=60, lr=4)
    broken = file.codes == 13
    diverged = (lr.codes == 2) & ~broken
    assert common_of([file, lr], broken | diverged, diverged) == "all have lr=2, with which no task succeeded"
    assert common_of([file, lr], broken | diverged, broken) == "all 4 tasks with kind=13, and no other"


def test_axes_that_move_together_are_not_told_apart() -> None:
    lr, seed = columns_of(lr=5, seed=20)
    twin = Column(name="decay", codes=lr.codes, label=lambda code: f"1e-{code}")
    told = common_of([lr, twin, seed], lr.codes == 3)
    assert told == "all 20 tasks with lr=3 (the same as decay=1e-3), and no other"


def test_what_has_not_ended_is_not_claimed() -> None:
    lr, seed = columns_of(lr=5, seed=20)
    bad = lr.codes == 3
    ended = seed.codes < 15
    found = Population(only([lr, seed], ended), ~bad[ended], so_far=True).common(np.flatnonzero(bad[ended]))
    assert str(found) == "all 15 tasks with lr=3, and no other, so far"


@pytest.mark.parametrize("count", [0, 1, 100])
def test_of_none_of_one_and_of_all_there_is_nothing_to_say(count: int) -> None:
    lr, seed = columns_of(lr=5, seed=20)
    assert common_of([lr, seed], np.arange(100) < count) == ""


def test_an_axis_of_one_value_says_nothing() -> None:
    one, seed = columns_of(one=1, seed=20)
    assert common_of([one, seed], np.isin(seed.codes, [2, 7, 11])) == ""


def test_what_would_often_be_so_by_chance_is_not_said() -> None:
    assert common_of(columns_of(a=2, b=2), np.array([False, False, True, True])) == ""
    assert common_of(columns_of(seed=50), np.isin(np.arange(50), [4, 5])) == ""


def test_a_value_of_a_small_run_that_always_fails() -> None:
    points, member = columns_of(points=2, member=3)
    assert common_of([points, member], points.codes == 1) == "all 3 tasks with points=1, and no other"


def test_random_failures_have_seldom_anything_in_common() -> None:
    columns = columns_of(lr=4, size=3, seed=8)
    rng = np.random.default_rng(0)
    told = [common_of(columns, np.isin(np.arange(96), rng.choice(96, 4, replace=False))) for _ in range(400)]
    assert np.count_nonzero(np.array(told) != "") <= 40


@given(
    lengths=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    data=st.data(),
)
def test_whatever_is_said_is_so(lengths: list[int], data: st.DataObject) -> None:
    columns = columns_of(**{f"a{i}": length for i, length in enumerate(lengths)})
    count = int(np.prod(lengths))
    states = np.array(data.draw(st.lists(st.sampled_from("pgbx"), min_size=count, max_size=count)))
    chosen = data.draw(st.sampled_from(columns))  # half of the time failures do depend on a value
    if data.draw(st.booleans()):
        states = np.where(chosen.codes == data.draw(st.integers(0, 4)), "b", "g")
    looked_at = np.flatnonzero(states == "b")
    ended = states[states != "p"]
    found = Population(only(columns, states != "p"), ended == "g").common(np.flatnonzero(ended == "b"))
    if found is not None:
        _check(found, columns, states, looked_at)


def _check(found: Common, columns: Sequence[Column], states: np.ndarray, looked_at: np.ndarray) -> None:
    by_name = {column.name: column.codes for column in columns}
    for each in (found.values, *((same,) for same in found.same)):
        having = states != "p"
        for values in each:
            codes, labels = by_name[values.name], [int(label) for label in values.labels]
            having &= {"=": np.isin(codes, labels), ">=": codes >= labels[0], "<=": codes <= labels[0]}[values.relation]
        assert having[looked_at].all()
        if found.strength is Strength.EXACTLY:
            assert np.count_nonzero(having) == len(looked_at)
        if found.strength is Strength.NONE_SUCCEEDED:
            assert not (having & (states == "g")).any()
    assert found.count == len(looked_at)


def test_a_million_tasks() -> None:
    columns = columns_of(lr=10, size=10, seed=10_000)
    bad = columns[0].codes == 3
    assert common_of(columns, bad) == "all 100000 tasks with lr=3, and no other"
