"""Arrays of Arrow from those of NumPy."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.results.formats.columns import nested


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4))
def test_nested_lists_are_the_array(shape: list[int]) -> None:
    values = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    assert nested(values, pa.int64()).to_pylist() == values.tolist()
