"""Spans of time as numbers of seconds, of which there are statistics."""

import numpy as np
import xarray as xr

from sweeprun.results.merging import RECORDED_TYPE

_SPAN = "timedelta64"


def spans_in_seconds(dataset: xr.Dataset) -> xr.Dataset:
    """The Dataset with its spans of time as floats in seconds (``units``); NaN where one is not a time."""
    return dataset.assign(
        {
            str(name): one.copy(data=one.values / np.timedelta64(1, "s")).assign_attrs(
                {"units": "s", RECORDED_TYPE: _SPAN}
            )
            for name, one in dataset.data_vars.items()
            if one.dtype.kind == "m"
        }
    )


def is_span(variable: xr.DataArray) -> bool:
    """Whether values were spans of time: whole ones are no counts, and those of 0 and 1 seconds no proportions."""
    return bool(variable.attrs.get(RECORDED_TYPE) == _SPAN)
