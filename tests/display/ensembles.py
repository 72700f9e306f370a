"""Datasets with members, for the tests of what is printed of them."""

import json
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.statistics.dependence import Members, members_along
from tests.statistics.results import collected, drawn


def dataset(points: int = 2, members: int = 4, axis: str = "lr", **variables: Any) -> xr.Dataset:
    """The results of some members at each point: 0.5, 1.5, 2.5, … plus the number of the point."""
    x = np.add.outer(np.arange(points, dtype=float), np.arange(members) + 0.5)
    return xr.Dataset(
        {"x": ((axis, "seed"), x)} | variables,
        {
            axis: np.arange(points) / 4,
            "seed": np.arange(members),
            "state": ((axis, "seed"), np.full(x.shape, "succeeded")),
            "task_id": ((axis, "seed"), np.arange(x.size).reshape(x.shape)),
        },
        {"streams": json.dumps({"root_seed": None, "shared_by": None})},
    )


def members(data: xr.Dataset, over: str = "seed") -> Members:
    return members_along(data, [over])


def doubtful() -> xr.Dataset:
    """Of three points one has NaN, one infinite results and one equal members."""
    x = drawn(3, 9)
    x[0, :2], x[1, 0], x[2] = np.nan, np.inf, 0.30000000000000004
    return collected(x=x)
