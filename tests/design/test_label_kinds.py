"""What the labels of an axis are, as a coordinate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.label_kinds import LabelKind, fits_int64, label_key
from sweeprun.design.scalars import Scalar

scalars = st.none() | st.booleans() | st.integers(-(2**65), 2**65) | st.floats() | st.text(max_size=3)


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        ((True, False), LabelKind.BOOLEAN),
        ((1, 2), LabelKind.INTEGER),
        ((1, 2.5), LabelKind.FLOAT),
        ((2**53 + 1, 2.5), LabelKind.MIXED),
        ((2**63,), LabelKind.MIXED),
        (("a",), LabelKind.TEXT),
        (("a", 1), LabelKind.MIXED),
        ((), LabelKind.MIXED),
    ],
)
def test_the_narrowest_kind_holds_all(labels: tuple[Scalar, ...], kind: LabelKind) -> None:
    assert LabelKind.of(labels) is kind


@given(st.lists(scalars, min_size=1), st.lists(scalars, min_size=1))
def test_joined_kinds_hold_what_both_hold(one: list[Scalar], other: list[Scalar]) -> None:
    joined = LabelKind.of(one).join(LabelKind.of(other))
    assert joined is LabelKind.of(other).join(LabelKind.of(one))
    both = LabelKind.of([*one, *other])
    assert both is joined or both is LabelKind.MIXED


def test_nan_is_one_label() -> None:
    assert label_key(float("nan")) == label_key(np.nan) == "nan"
    assert label_key(1) == label_key(1.0)


def test_64_bits_have_ends() -> None:
    assert [fits_int64(number) for number in (-(2**63) - 1, -(2**63), 2**63 - 1, 2**63)] == [False, True, True, False]
