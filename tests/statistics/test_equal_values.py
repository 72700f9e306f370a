"""When it is suspicious that members agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sweeprun.statistics.equal_values import Suspicion, agreeing, equal_text, suspicion_of

NAN = np.nan


def suspicion(value: object, members: int) -> Suspicion:
    return suspicion_of(np.atleast_1d(value), members)


@pytest.mark.parametrize(
    "value", [0.30000000000000004, 2.0409204, -1e-300, 1e300, float(np.float32(0.1234567)), 0.1234567890123j]
)
def test_continuous_numbers_never_agree(value: complex) -> None:
    assert {suspicion(value, members) for members in (2, 3, 100)} == {Suspicion.CERTAIN}


@pytest.mark.parametrize("value", [0, 1, 0.0, 1.0, -0.0, True, "a"])
def test_zeros_and_ones_are_proportions_which_do(value: object) -> None:
    assert suspicion(value, 1000) is Suspicion.NONE


@pytest.mark.parametrize(
    ("value", "members", "expected"),
    [
        (3, 5, Suspicion.NONE),
        (3, 30, Suspicion.UNLIKELY),
        (3, 9, Suspicion.POSSIBLE),
        (42, 3, Suspicion.NONE),
        (42, 5, Suspicion.POSSIBLE),
        (785_398, 2, Suspicion.POSSIBLE),
        (785_398, 3, Suspicion.UNLIKELY),
        (7.0, 2, Suspicion.NONE),
        (7.0, 3, Suspicion.POSSIBLE),
        (2**62, 2, Suspicion.UNLIKELY),
    ],
)
def test_small_counts_do_and_many_large_ones_hardly(value: float, members: int, expected: Suspicion) -> None:
    assert suspicion(value, members) is expected


@pytest.mark.parametrize("value", [0.975, 35 / 36, float(np.float32(35 / 36)), 0.25, -0.5])
def test_shares_of_few_cases_do_now_and_then(value: float) -> None:
    assert [suspicion(value, members) for members in (2, 3, 9, 40)] == [0, 1, 1, 2]


def test_a_result_is_as_suspicious_as_its_most_suspicious_value() -> None:
    assert suspicion([0.0, 1.0, NAN], 9) is Suspicion.NONE
    assert suspicion([0.0, 0.1234567890123], 9) is Suspicion.CERTAIN
    assert suspicion([], 9) is Suspicion.NONE
    assert suspicion(0.1234567890123, 1) is Suspicion.NONE


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_every_fraction_of_few_cases_is_a_share(count: int, cases: int) -> None:
    assert suspicion(count / cases, 3) is not Suspicion.CERTAIN
    assert suspicion(float(np.float32(count / cases)), 3) is not Suspicion.CERTAIN


@given(st.integers(0, 2**32))
def test_a_drawn_number_is_no_share(seed: int) -> None:
    assert suspicion(np.random.default_rng(seed).normal(), 2) is Suspicion.CERTAIN


def test_members_agree_in_all_values_that_they_have() -> None:
    samples = np.array(
        [
            [[1.5, NAN], [1.5, NAN], [NAN, NAN]],  # the third has none
            [[1.5, NAN], [1.5, 2.0], [1.5, 2.0]],
            [[NAN, NAN], [2.5, NAN], [NAN, NAN]],  # one by itself
            [[NAN, NAN], [NAN, NAN], [NAN, NAN]],
        ]
    )
    agree, count, values = agreeing(samples)
    assert agree.tolist() == [True, False, False, False]
    assert count.tolist() == [2, 3, 1, 0]
    assert values[0, 0] == 1.5
    assert agreeing(np.array([[[3], [3]], [[3], [4]]]))[0].tolist() == [True, False]


@given(arrays(float, (2, 3, 2), elements=st.sampled_from([1.5, 2.5, NAN, np.inf])))
def test_two_members_are_told_apart_as_all_are(samples: np.ndarray) -> None:
    agree, count, values = agreeing(samples)
    for point, members in enumerate(samples):
        having = [member for member in members if np.isfinite(member).any()]
        same = all(np.array_equal(member, having[0], equal_nan=True) for member in having)
        assert agree[point] == (len(having) > 1 and same)
        assert (count[point] > 1) == (len(having) > 1)
        if agree[point]:
            assert count[point] == len(having)
            assert np.array_equal(values[point], having[0], equal_nan=True)


def test_the_sentence_says_what_may_be_wrong() -> None:
    told = equal_text(["x"], "both members", " at lr=1")
    assert told.startswith("x is equal to the bit in both members at lr=1, although their random streams differ")
    assert "the error is unknown, and not 0" in told
    assert equal_text(list("abcdefg"), "all 3 members").startswith(
        "a, b, c, d, e and 2 more are equal to the bit in all"
    )
