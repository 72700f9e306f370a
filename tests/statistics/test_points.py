"""Points by their coordinates."""

import numpy as np
import pytest
import xarray as xr

from sweeprun.statistics.points import grid_dims, more_points, named_points, point_label
from tests.statistics.results import collected, drawn


def test_a_point_is_named_by_its_coordinates() -> None:
    data = collected(x=drawn(2, 3)).assign_coords(member=np.array(["2024-01-01", "2024-01-02", "2024-01-03"], "M8[D]"))
    assert point_label(data, {"lr": 1, "member": 2}) == "lr=1.0 member=2024-01-03"
    assert point_label(data, {}) == ""


def test_axes_that_move_together_are_all_named() -> None:
    data = xr.Dataset({"x": (("sample", "t"), np.zeros((2, 3)))}, {"lr": ("sample", [0.1, 0.2]), "sample": [0, 1]})
    assert point_label(data, {"sample": 1, "t": 2}) == "sample=1 lr=0.2 t=2"


def test_bookkeeping_names_no_point() -> None:
    assert point_label(xr.Dataset({}, {"task_id": ("lr", [7, 8]), "lr": [1, 2]}), {"lr": 0}) == "lr=1"


def test_the_first_points_are_named_those_with_the_most_before_the_others() -> None:
    data = collected(x=drawn(8, 1)).isel(member=0)
    which = np.array([0, 1, 2, 3, 4, 5, 6, 7])
    assert [place for _, place in named_points(data, ["lr"], which > 0)] == [(1,), (2,), (3,), (4,), (5,)]
    assert [place for _, place in named_points(data, ["lr"], which > 4, which)] == [(7,), (6,), (5,)]


@pytest.mark.parametrize(("count", "told"), [(5, ""), (6, ", … and 1 more point"), (9, ", … and 4 more points")])
def test_how_many_stand_behind_them(count: int, told: str) -> None:
    assert more_points(count) == told


def test_the_dims_of_the_axes_are_those_of_the_bookkeeping() -> None:
    assert grid_dims(collected(x=drawn(2, 3, 4))) == ("lr", "member")
    assert grid_dims(xr.Dataset({"x": ("a", [1])})) is None
