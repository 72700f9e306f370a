"""Values of other packages: tensors, quantities, tuples with names, tables, trees."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import scipy.optimize
import scipy.sparse
import scipy.stats
import xarray as xr

from sweeprun.store.foreign_values import WithAttributes, converted
from sweeprun.store.object_values import Unstorable


class Tensor:
    """Behaves like one of PyTorch: with a gradient and on a device it gives no array."""

    def __init__(self, values: Any, dtype: str = "torch.float32", ready: int = 0) -> None:
        self.values, self.dtype, self.ready = np.asarray(values), dtype, ready

    def detach(self) -> "Tensor":
        return Tensor(self.values, self.dtype, self.ready | 1)

    def cpu(self) -> "Tensor":
        return Tensor(self.values, self.dtype, self.ready | 2)

    def float(self) -> "Tensor":
        return Tensor(self.values.astype(np.float32), "torch.float32", self.ready)

    def numpy(self) -> np.ndarray:
        if self.ready != 3 or self.dtype == "torch.bfloat16":
            raise TypeError("can't convert")
        return self.values


def test_a_tensor_leaves_its_graph_and_its_device() -> None:
    np.testing.assert_array_equal(converted(Tensor([1.5, 2.5])), [1.5, 2.5])
    np.testing.assert_array_equal(converted(Tensor([1.5], "torch.bfloat16")), [1.5])


def test_what_a_conversion_raises_is_why() -> None:
    class Broken(Tensor):
        def detach(self) -> Tensor:
            raise RuntimeError("address 0x1234")

    with pytest.raises(Unstorable, match=r"^Broken gives no array \(RuntimeError\)$"):
        converted(Broken([1]))


@pytest.mark.parametrize("names", [("magnitude", "units"), ("value", "unit")])
def test_a_quantity_keeps_its_units(names: tuple[str, str]) -> None:
    quantity = type("Quantity", (), dict(zip(names, (np.array([3.0]), "km"), strict=True)))()
    found = converted(quantity)
    assert isinstance(found, WithAttributes)
    assert (found.data.tolist(), found.attrs) == ([3.0], {"units": "km"})


def test_labelled_data_are_no_quantities_whatever_they_are_named() -> None:
    frame = pd.DataFrame({"magnitude": [1.0], "units": ["m"]})
    dataset = xr.Dataset({"value": 1.0, "magnitude": 2.0}, attrs={"units": "m", "unit": "m"})
    array = xr.DataArray([1.0], {"value": 3}, "x", attrs={"units": "m"})
    for value in (frame, dataset, array, {"value": 1, "unit": 2}):
        assert converted(value) is value


class Point(NamedTuple):
    x: float
    y: int


@dataclass
class Fit:
    slope: float
    name: str


def test_tuples_with_names_and_dataclasses_are_mappings() -> None:
    assert converted(Point(1.0, 2)) == {"x": 1.0, "y": 2}
    assert converted(Fit(0.5, "ü")) == {"slope": 0.5, "name": "ü"}
    assert converted(Fit) is Fit
    test = converted(scipy.stats.ttest_ind([1, 2, 3.0], [2, 3, 5.0]))
    assert set(test) >= {"statistic", "pvalue"}
    assert not [name for name in test if name.startswith("_")]
    assert set(converted(scipy.stats.linregress([1, 2, 3], [1, 2, 4]))) >= {"slope", "intercept", "rvalue"}


def test_fields_of_an_array_are_a_mapping() -> None:
    array = np.array([(1, 0.5)], [("n", "i4"), ("x", "f8")])
    assert {name: part.tolist() for name, part in converted(array).items()} == {"n": [1], "x": [0.5]}


def test_a_sparse_matrix_is_a_dense_array() -> None:
    np.testing.assert_array_equal(converted(scipy.sparse.eye_array(2).tocsr()), np.eye(2))


def test_a_table_of_arrow_is_its_columns() -> None:
    assert set(converted(pa.table({"a": [1], "b": ["x"]}))) == {"a", "b"}


def test_a_tree_is_its_groups_by_path() -> None:
    tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs={"a": 1}), "/train/sub": xr.Dataset({"v": 1})})
    assert {path: set(group.variables) for path, group in converted(tree).items()} == {
        "/": set(),
        "/train": set(),
        "/train/sub": {"v"},
    }
