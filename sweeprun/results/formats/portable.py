"""What netCDF and Zarr can both hold: names, attributes and strings; the rest is replaced by the nearest that they can.

References
----------
NetCDF Users Guide, "Permitted characters in netCDF names": a letter, digit, underscore or non-ASCII character, then
anything but control characters and ``/``, no space at the end; compared in Unicode's normalisation form C.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection, Hashable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.results.dtypes import encodable

ORIGINAL_NAME = "original_name"
"""The attribute that holds a name that had to be changed."""

_RESERVED_ATTRS = frozenset({"missing_value", "scale_factor", "add_offset", "coordinates", "dtype"}) | frozenset(
    {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST"}
)
"""Attributes that readers take for instructions (values would come back changed), and those that HDF5 keeps to itself.
So are all that begin with an underscore."""

_TIME_ATTRS = frozenset({"units", "calendar"})
"""The same, of dates and time spans."""


_SYMBOLS = {"days": "d", "hours": "h", "minutes": "min", "seconds": "s"} | {
    f"{prefix}seconds": symbol for prefix, symbol in (("milli", "ms"), ("micro", "us"), ("nano", "ns"))
}
"""Units in which versions of xarray read any number as a time span, and the symbols that mean the same (UDUNITS)."""

ORIGINAL_UNITS = "original_units"
"""The attribute that holds units that are written as a symbol, or that seem to be of dates and aren't."""

_LONGEST_NAME = 200
"""Bytes of a name that netCDF (256) and file systems (255) hold, with what is appended to it."""

_OWN_NAMES = re.compile(r"zarr\.json|string\d+")
"""Zarr's file with metadata, beside the directories of arrays; xarray's dims of the characters of texts in netCDF."""


def portable(dataset: xr.Dataset, names: Mapping[Any, Any] | None = None) -> xr.Dataset:
    """The same Dataset with names, attributes and strings that both formats can hold; values are not copied.

    Parameters
    ----------
    dataset
        The Dataset.
    names
        The names that change, of a Dataset that this one is a part of; by default its own `portable_names`.
    """
    known = {*dataset.variables, *dataset.dims}
    names = portable_names(dataset) if names is None else {old: new for old, new in names.items() if old in known}
    plain = dataset.copy().rename(names)
    plain.attrs = _portable_attrs(dataset.attrs, _RESERVED_ATTRS)
    for old in dataset.variables:
        variable = plain.variables[names.get(old, old)]
        reserved = _RESERVED_ATTRS | _TIME_ATTRS if variable.dtype.kind in "mM" else _RESERVED_ATTRS
        variable.attrs = _portable_attrs(variable.attrs, reserved)
        if (units := str(variable.attrs.get("units"))) in _SYMBOLS:
            variable.attrs |= {"units": _SYMBOLS[units], ORIGINAL_UNITS: units}
        elif "since" in units and not _are_dates(variable.attrs):
            variable.attrs = {ORIGINAL_UNITS if name == "units" else name: one for name, one in variable.attrs.items()}
        if old in names:
            variable.attrs[ORIGINAL_NAME] = portable_text(str(old))
    strings = {name: variable for name, variable in plain.variables.items() if variable.dtype.kind in "UO"}
    return plain.assign(
        {name: variable.copy(deep=False, data=_strings(variable)) for name, variable in strings.items()}
    )


def _are_dates(attrs: Mapping[Any, Any]) -> bool:
    """Whether xarray can read numbers with these units as dates; it tries, and then opens no other variable either."""
    dates = {name: attrs[name] for name in _TIME_ATTRS if name in attrs}
    try:
        xr.coders.CFDatetimeCoder().decode(xr.Variable((), np.int64(0), dates))
    except Exception:  # noqa: BLE001  # whatever it is, a reader will meet it
        return False
    return True


def _strings(variable: xr.Variable) -> np.ndarray:
    """Strings of fixed width hold anything but surrogates; those of variable width end at a NUL, too."""
    if variable.dtype.kind == "U":
        return encodable(variable.values)
    texts = [portable_text(text) for text in variable.values.flat]
    return np.array(texts, object).reshape(variable.shape)


def portable_names(dataset: xr.Dataset) -> dict[Hashable, str]:
    """The names that have to change, and what they become."""
    names: dict[Hashable, str] = {}
    taken: set[str] = set()
    for name in dict.fromkeys([*dataset.variables, *dataset.dims]):
        spaced = name in dataset.dims or name in dataset.data_vars
        new = portable_name(str(name), taken)
        new = new if spaced else new.replace(" ", "_")  # xarray lists the other coordinates separated by spaces
        while new in taken:
            new += "_"
        taken.add(new)
        if new != name:
            names[name] = new
    return names


def portable_name(name: str, taken: Collection[str] = ()) -> str:
    """The nearest name that both formats can hold and that is not taken."""
    new = unicodedata.normalize("NFC", portable_text(name).replace("/", "."))
    new = re.sub(r"[\x00-\x1f\x7f\\]", "_", new)
    new = re.sub(r"^[^\w\u0080-\U0010ffff]|^$| $", "_", new)
    if _OWN_NAMES.fullmatch(new):
        new += "_"
    if len(encoded := new.encode()) > _LONGEST_NAME:
        digest = hashlib.sha256(encoded).hexdigest()[:8]
        new = f"{encoded[: _LONGEST_NAME - 9].decode(errors='ignore')}_{digest}"
    while new in taken:
        new += "_"
    return new


def _portable_attrs(attrs: Mapping[Any, Any], reserved: frozenset[str]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, value in attrs.items():
        name = _attr_name(str(key))
        plain[portable_name(f"{name}_" if name in reserved else name, plain)] = _portable_attr(value)
    return plain


def _attr_name(name: str) -> str:
    """A portable name without underscores before it, also such as stand for something else."""
    while (bare := portable_name(name).lstrip("_")) != name:
        name = bare
    return name


def _portable_attr(value: Any) -> Any:
    """A number, a string, or a list of one of them as it is; anything else as JSON."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, str):
        return portable_text(value)
    if _is_number(value):
        return value
    if isinstance(value, list | tuple) and value:
        if all(_is_number(item) for item in value):
            return list(value)
        if all(isinstance(item, str) for item in value):
            return [portable_text(item) for item in value]
    with suppress(UnicodeError):
        return portable_text(json.dumps(value, default=str, ensure_ascii=False))
    return json.dumps(value, default=str)


def _is_number(value: object) -> bool:
    return isinstance(value, float) or (type(value) is int and -(2**63) <= value < 2**63)


def portable_text(text: str) -> str:
    """Text without lone surrogates, which UTF-8 has no bytes for, and without NUL, which ends a string in C."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\x00")
