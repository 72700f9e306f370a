"""Collected Datasets made by hand, for the tests."""

import json
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.results.not_given import NOT_GIVEN


def collected(*, shared_by: list[str] | None = None, not_given: Any = None, **values: Any) -> xr.Dataset:
    """Variables over ``lr`` (0.1, 1.0, …), ``member`` and dims of their own, t and u, all of which succeeded."""
    arrays = {name: np.asarray(one) for name, one in values.items()}
    points, members = next(iter(arrays.values())).shape[:2]
    grid = ("lr", "member")
    return xr.Dataset(
        {name: ((*grid, *"tu"[: one.ndim - 2]), one) for name, one in arrays.items()},
        {
            "lr": np.round(0.1 * 10.0 ** np.arange(points), 6),
            "member": np.arange(members),
            "task_id": (grid, np.arange(points * members).reshape(points, members)),
            "state": (grid, np.full((points, members), "succeeded")),
        },
        {
            "streams": json.dumps({"root_seed": None, "shared_by": shared_by}),
            NOT_GIVEN: json.dumps(not_given or {}),
        },
    )


def drawn(points: int = 2, members: int = 9, *own: int) -> np.ndarray:
    """Numbers that differ."""
    return np.random.default_rng(0).normal(size=(points, members, *own))


def dataset(*, shared_by: list[str] | None = None) -> xr.Dataset:
    """Two points of 50 members each, of which one failed; they share their streams if that is said."""
    rng = np.random.default_rng(0)
    common = rng.normal(size=50)
    loss = np.stack([common + 0.1 * rng.normal(size=50) + lr for lr in (0.0, 1.0)])
    loss[0, 7] = np.nan
    state = np.where(np.isnan(loss), "failed", "succeeded")
    ids = np.arange(100).reshape(2, 50)
    return xr.Dataset(
        {
            "loss": (("lr", "seed"), loss, {"units": "J"}),
            "ok": (("lr", "seed"), (loss > 0).astype(float), {"recorded_type": "bool"}),
            "curve": (("lr", "seed", "t"), loss[..., None] + np.arange(3.0)),
            "name": (("lr", "seed"), np.full((2, 50), "a")),
        },
        {"lr": [0.1, 0.01], "seed": np.arange(50), "state": (("lr", "seed"), state), "task_id": (("lr", "seed"), ids)},
        {"streams": json.dumps({"root_seed": None, "shared_by": shared_by})},
    )
