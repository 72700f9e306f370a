"""Any name, attribute and string can be written, and is read again by plain xarray."""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.results.formats.portable import ORIGINAL_NAME, portable_name
from tests.results.formats.writing import write_dataset

SUFFIXES = [".nc", ".zarr"]

characters = st.characters(codec=None, categories=None)  # lone surrogates and control characters among them
texts = st.text(characters, max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def round_trip(dataset: xr.Dataset, path: Path) -> xr.Dataset:
    write_dataset(dataset, path)
    opened = xr.open_dataset(path) if path.suffix == ".nc" else xr.open_zarr(path)
    with opened:
        return opened.load()


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(attrs=st.dictionaries(texts, values, max_size=4), names=st.lists(texts.filter(bool), max_size=5, unique=True))
def test_any_name_and_attribute(suffix: str, attrs: dict[str, Any], names: list[str]) -> None:
    variables = {name: (f"d{name}", [i, i + 1], attrs) for i, name in enumerate(names)}
    dataset = xr.Dataset(variables, attrs=attrs)
    with tempfile.TemporaryDirectory() as scratch:
        found = round_trip(dataset, Path(scratch) / f"x{suffix}")
    assert len(found.data_vars) == len(names)
    assert len(found.attrs) == len(attrs)
    assert sorted(variable.values[0] for variable in found.data_vars.values()) == list(range(len(names)))
    for name in names:
        if portable_name(name) == name and name in found:
            assert len(found[name].attrs) == len(attrs) + (ORIGINAL_NAME in found[name].attrs)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_usual_names_stay(tmp_path: Path, suffix: str) -> None:
    names = ["model.lr", "db.x@pkg.a", "a+b", "two words", "größe", "数", "_x", "x(t)", "50%"]
    dataset = xr.Dataset({name: (f"{name} dim", [1.5]) for name in names}, {"model.lr dim": [0.5]})
    found = round_trip(dataset, tmp_path / f"x{suffix}")
    assert set(found.data_vars) == set(names)
    assert set(found.dims) == {f"{name} dim" for name in names}
    assert found["model.lr dim"].values.tolist() == [0.5]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/b", "a.b"),
        ("+x", "_x"),
        ("x ", "x_"),
        ("", "_"),
        ("a\\b\n", "a_b_"),
        ("e\u0301", "é"),
        (".zattrs", "_zattrs"),
        ("\udc80", "_udc80"),
    ],
)
def test_names_that_change(name: str, expected: str) -> None:
    assert portable_name(name) == expected
    assert portable_name(name, {expected}) == f"{expected}_"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_changed_name_is_noted(tmp_path: Path, suffix: str) -> None:
    dataset = xr.Dataset({"x": ("group/key", [1])}, {"group/key": ["a"], "my place": ((), 3)})
    found = round_trip(dataset, tmp_path / f"x{suffix}")
    assert found["group.key"].attrs == {ORIGINAL_NAME: "group/key"}
    assert found.coords["my_place"].attrs == {ORIGINAL_NAME: "my place"}
    assert found.x.attrs == {}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("fill", ["_FillValue", ":FillValue", "-_:FillValue"])
def test_attributes_never_change_values(tmp_path: Path, suffix: str, fill: str) -> None:
    attrs = {fill: 1, "missing_value": 2, "scale_factor": 10, "dtype": "bool", "/coordinates": "d", "NAME": "n"}
    times = np.array(["2020", "NaT"], "M8[s]")
    dataset = xr.Dataset({"x": ("t", [1, 2], attrs), "d": ("t", times, {"units": "K", "calendar": "c"})})
    found = round_trip(dataset, tmp_path / f"x{suffix}")
    assert found.x.values.tolist() == [1, 2]
    assert set(found.x.attrs) == {"FillValue", "missing_value_", "scale_factor_", "dtype_", "coordinates_", "NAME_"}
    np.testing.assert_array_equal(found.d, times)
    assert found.d.attrs == {"units_": "K", "calendar_": "c"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_attributes_of_other_kinds_are_json(tmp_path: Path, suffix: str) -> None:
    attrs = {"none": None, "bool": True, "nested": {"é": [1, None]}, "empty": [], "huge": 2**70, "mixed": [1, "a"]}
    found = round_trip(xr.Dataset(attrs=attrs), tmp_path / f"x{suffix}")
    assert {key: json.loads(value) for key, value in found.attrs.items()} == attrs
    plain = {"n": 3, "f": 0.5, "s": "é\n", "l": ["a", ""], "long": "ü" * 100_000}
    assert round_trip(xr.Dataset(attrs=plain), tmp_path / f"y{suffix}").attrs == plain
    assert list(round_trip(xr.Dataset(attrs={"v": [1, 2.5]}), tmp_path / f"z{suffix}").attrs["v"]) == [1, 2.5]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_strings(tmp_path: Path, suffix: str) -> None:
    wide = np.array(["a\0b", "", "x" * 100, "é"], object)
    dataset = xr.Dataset({"fixed": ("t", ["a\0b", "", "é\n", "\udc80"]), "wide": ("t", wide), "one": ((), "")})
    found = round_trip(dataset, tmp_path / f"x{suffix}")
    assert found.fixed.values.tolist() == ["a\0b", "", "é\n", "\\udc80"]
    assert found.wide.values.tolist() == ["a\\x00b", "", "x" * 100, "é"]
    assert found.one.item() == ""
    assert dataset.fixed.values[3] == "\udc80"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_empty_dimensions(tmp_path: Path, suffix: str) -> None:
    dataset = xr.Dataset({"x": ("t", np.zeros(0)), "s": (("t", "u"), np.zeros((0, 2), "U3"))}, {"t": np.zeros(0, int)})
    found = round_trip(dataset, tmp_path / f"x{suffix}")
    assert found.sizes == {"t": 0, "u": 2}
    assert set(found.variables) == {"x", "s", "t"}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "units", ["days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"]
)
def test_numbers_of_days_stay_numbers(tmp_path: Path, suffix: str, units: str) -> None:
    path = tmp_path / f"x{suffix}"
    write_dataset(xr.Dataset({"x": ("t", [1.5, 2.0], {"units": units}), "y": ("t", [1, 2], {"units": "km"})}), path)
    open_ = xr.open_dataset if suffix == ".nc" else xr.open_zarr
    with open_(path, decode_timedelta=True) as found:  # as all versions did
        assert found.x.values.tolist() == [1.5, 2.0]
        assert found.x.attrs["original_units"] == units
        assert found.y.attrs == {"units": "km"}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "attrs",
    [
        {"units": "seconds since start"},
        {"units": "steps since 2000-01-01"},
        {"units": "days since 2000-01-01", "calendar": "martian"},
    ],
)
def test_units_that_no_reader_takes_for_dates_stay_beside(tmp_path: Path, suffix: str, attrs: dict[str, Any]) -> None:
    found = round_trip(xr.Dataset({"t": ("x", [1.0, 2.0], attrs), "n": ("x", [1, 2], attrs)}), tmp_path / f"x{suffix}")
    for name in ("t", "n"):
        assert found[name].values.tolist() == [1, 2]
        assert found[name].attrs == {f"original_{name}" if name == "units" else name: attrs[name] for name in attrs}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", ["zarr.json", "ü" * 200, "layer." * 60 + "weight", "string1", "string9"])
def test_names_that_the_formats_themselves_use_or_do_not_hold(tmp_path: Path, suffix: str, name: str) -> None:
    texts = {"one": ("x", ["a", "b"]), "nine": ("x", ["succeeded", "ü"])}
    for dataset in (
        xr.Dataset({**texts, name: ("x", [1.0, 2.0])}),
        xr.Dataset({**texts, name: ("x", ["p", "q"])}),
        xr.Dataset(texts, {name: ("x", ["p", "q"])}),
        xr.Dataset({**texts, "v": (name, [1.0, 2.0])}),
    ):
        found = round_trip(dataset, tmp_path / f"x{suffix}")
        assert found["nine"].values.tolist() == ["succeeded", "ü"]
        assert found["one"].dims == ("x",)
        if name in dataset.variables:
            (own,) = (one for key, one in found.variables.items() if one.attrs.get(ORIGINAL_NAME, key) == name)
            assert own.values.tolist() == dataset[name].values.tolist()
        else:
            assert found["v"].values.tolist() == [1.0, 2.0]


def test_long_names_stay_apart() -> None:
    one, other = (portable_name("layer." * 60 + end) for end in ("weight", "bias"))
    assert one != other
    assert max(len(one), len(other)) < 255
