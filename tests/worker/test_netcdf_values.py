"""NetCDF files of other programs: every value as it is in the file."""

from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest

from sweeprun.store.payloads import Layout, decode_result, encode_result
from sweeprun.worker.netcdf_values import read_groups


def made(path: Path, values: dict[str, tuple[np.ndarray, dict[str, Any]]], group: str = "") -> Path:
    with netCDF4.Dataset(path, "a" if path.exists() else "w") as file:
        within = file.createGroup(group) if group else file
        within.createDimension("x", 3)
        for name, (array, attrs) in values.items():
            variable = within.createVariable(name, array.dtype, ("x",), fill_value=attrs.get("_FillValue"))
            variable.set_auto_maskandscale(False)
            variable.setncatts({key: value for key, value in attrs.items() if key != "_FillValue"})
            variable[:] = array
    return path


def recorded(result: Any) -> tuple[dict[str, Any], dict[str, str]]:
    text, payload = encode_result(result)
    layout = Layout.from_json(text)
    arrays = decode_result(layout, payload)
    return {one.name: array.tolist() for one, array in zip(layout.variables, arrays, strict=True)}, layout.left_out


@pytest.mark.parametrize("group", ["", "inner"])
def test_integers_with_a_value_for_missing_ones_are_not_rounded(tmp_path: Path, group: str) -> None:
    numbers = np.array([2**60 + 1, 5, 7])
    values = {
        "whole": (numbers, {"_FillValue": -1}),
        "gaps": (numbers, {"_FillValue": 5}),
        "unsigned": (numbers.astype("u8"), {"missing_value": np.uint64(1)}),
        "small": (np.array([1, 5, 7]), {"_FillValue": 5}),
        "scaled": (numbers, {"_FillValue": -1, "scale_factor": 0.5}),
    }
    found, left_out = recorded(read_groups(made(tmp_path / "r.nc", values, group))[f"/{group}"])
    assert found["whole"] == found["unsigned"] == numbers.tolist()
    assert "gaps" not in found
    assert "round" in left_out["gaps"]
    np.testing.assert_array_equal(found["small"], [1, np.nan, 7])
    assert found["scaled"][1:] == [2.5, 3.5]


def test_units_that_are_of_no_date_cost_nothing(tmp_path: Path) -> None:
    numbers = np.array([1.0, 2.0, 3.0])
    path = made(
        tmp_path / "r.nc",
        {
            "t": (numbers, {"units": "seconds since start", "bounds": "b"}),
            "b": (numbers, {}),
            "date": (numbers, {"units": "days since 2000-01-01"}),
            "y": (numbers, {"units": "km"}),
        },
    )
    made(path, {"t": (numbers, {"units": "steps since"})}, "inner")
    groups = read_groups(path)
    assert groups["/"]["t"].attrs["units"] == "seconds since start"
    assert groups["/"]["t"].values.tolist() == groups["/inner"]["t"].values.tolist() == numbers.tolist()
    assert groups["/"]["date"].dtype.kind == "M"
    assert groups["/"]["y"].attrs == {"units": "km"}


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.nc"
    path.write_text("hello")
    with pytest.raises(ValueError, match="did not find a match"):
        read_groups(path)
