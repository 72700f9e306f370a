import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sweeprun.report.dimensions import make_scale


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.1, 0.2, 0.1 + 0.2], ("0.1", "0.2", "0.3")),
        ([1.0000001, 1.0000002], ("1.0000001", "1.0000002")),
        ([1e9 + 1e-3, 1e9 + 2e-3], ("1000000000.001", "1000000000.002")),
        ([0, 1 / 3, 2 / 3], ("0", "0.333333", "0.666667")),
        ([1e-8, 1e-4, 1.0], ("1e-08", "0.0001", "1")),
        ([300000.1], ("300000.1",)),
        ([0.5, np.nan], ("0.5", "nan")),
    ],
    ids=str,
)
def test_labels_have_the_digits_that_tell_them_apart(values: list[float], labels: tuple[str, ...]) -> None:
    assert make_scale("x", np.array(values)).labels == labels


@given(arrays(float, 5, elements=st.floats(allow_nan=False, allow_infinity=False), unique=True))
def test_different_values_have_different_labels(values: np.ndarray) -> None:
    scale = make_scale("x", values)
    assert len(set(scale.labels)) == len(set(values.tolist()))
    np.testing.assert_allclose(np.array(scale.labels, float), values, rtol=1e-5)
