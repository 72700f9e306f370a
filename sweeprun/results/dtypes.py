"""The data types of variables over many tasks: which go together, and what stands for a missing value."""

from typing import Any

import numpy as np

DType = np.dtype[Any]

_FAMILIES = dict.fromkeys("biufc", "number") | {"U": "text", "O": "text", "S": "bytes", "M": "date", "m": "time span"}
_TIME_UNITS = ("s", "ms", "us", "ns")
"""The units that xarray keeps."""

_FINER_UNITS = ("ps", "fs", "as")

_NO_LENGTH = ("M", "Y")
"""Units of time spans that NumPy would take for their mean number of days."""

_EXACT_BYTES = 4
_EXACT = 2**53
"""Integers of so many bytes, or up to this, are doubles, too."""

KEPT_BY_PARQUET = ".parquet keeps integers of which some are missing"
"""What is said of integers that floats would round."""

_EPOCH, _FIRST_YEAR, _LAST_YEAR = 1970, 1677, 2262

_FIRST_SURROGATE, _LAST_SURROGATE = 0xD800, 0xDFFF
_LAST_ASCII = 0x7F


def family(dtype: DType) -> str:
    """What a value is, in words; types of one family go together."""
    return _FAMILIES[dtype.kind]


def kept(dtype: DType) -> DType:
    """The type that xarray can keep: times in s, ms, us or ns, and others as they are."""
    if dtype.kind not in "mM":
        return dtype
    unit, _ = np.datetime_data(dtype)
    if unit not in _TIME_UNITS:
        unit = "ns" if unit in _FINER_UNITS else "s"
    return np.dtype(f"{dtype.kind}8[{unit}]")


def cast(array: np.ndarray, dtype: DType) -> np.ndarray:
    """Cast to a type that `kept` and `np.result_type` gave.

    Raises
    ------
    OverflowError
        If a time is out of the range of its new unit, a time span has no fixed length, or an integer has more digits
        than a float: NumPy itself would wrap the first around, guess the second, and round the third.
    """
    if not array.size:  # of whatever type
        return np.empty(array.shape, dtype)
    if array.dtype == dtype or dtype.kind not in "mM":
        if array.dtype.kind in "iu" and array.dtype.itemsize > _EXACT_BYTES and dtype.kind in "fc":
            _check_exact(array)
        return array.astype(dtype, copy=False)
    if array.dtype.kind == "m" and np.datetime_data(array.dtype)[0] in _NO_LENGTH and not np.isnat(array).all():
        raise OverflowError("a time span in months or years has no fixed length")
    new = array.astype(dtype)
    refined = np.datetime_data(array.dtype)[0] not in _FINER_UNITS
    if refined and not ((new.astype(array.dtype) == array) | np.isnat(array)).all():
        raise OverflowError(f"a {family(dtype)} is out of the range of {dtype}")
    return new


def _check_exact(integers: np.ndarray) -> None:
    """Refuse integers that no double is equal to."""
    large = integers[(integers > _EXACT) | (integers < -_EXACT)]
    inexact = [number for number in large.tolist() if int(float(number)) != number]
    if inexact:
        raise OverflowError(
            f"{inexact[0]} has more digits than float64 holds, which integers become where some are missing or others "
            f"are floats; {KEPT_BY_PARQUET}, and texts keep all digits"
        )


def missing(shape: tuple[int, ...], dtype: DType) -> np.ndarray:
    """An array of missing values: NaN, NaT or empty strings; integers and booleans become floats to have one."""
    match dtype.kind:
        case "b" | "i" | "u":
            return np.full(shape, np.nan)
        case "f":
            return np.full(shape, np.nan, dtype)
        case "c":
            return np.full(shape, complex(np.nan, np.nan), dtype)
        case "M" | "m":
            return np.full(shape, np.array("NaT", dtype), dtype)
        case "O":
            return np.full(shape, "", dtype)
        case _:
            return np.zeros(shape, dtype)


def is_missing(array: np.ndarray) -> np.ndarray:
    """Where values are NaN or NaT, which equal nothing, not even themselves."""
    if array.dtype.kind in "fcmM":
        missing_ones: np.ndarray = array != array  # noqa: PLR0124  # what says so for all these types
        return missing_ones
    return np.zeros(array.shape, bool)


def equal(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether arrays of one family have the same shape and values, NaN and NaT being equal to themselves."""
    if first.shape != second.shape:
        return False
    return bool(((first == second) | (is_missing(first) & is_missing(second))).all())


def beyond_nanoseconds(dates: np.ndarray) -> bool:
    """Whether any date is before 1677 or after 2262, so that no number of nanoseconds since 1970 stands for it."""
    years = dates[~np.isnat(dates)].astype("datetime64[Y]").astype(np.int64) + _EPOCH
    return bool(((years <= _FIRST_YEAR) | (years >= _LAST_YEAR)).any())


def encodable(texts: np.ndarray) -> np.ndarray:
    """Strings with lone surrogates, as in some file names, written out: neither pandas nor a file can hold them."""
    if texts.dtype.kind == "U":
        codes = _codes(texts)
        if (
            codes.max(initial=0) < _FIRST_SURROGATE
            or not ((codes >= _FIRST_SURROGATE) & (codes <= _LAST_SURROGATE)).any()
        ):
            return texts
    return np.array([encodable_text(text) for text in texts.flat], texts.dtype.kind).reshape(texts.shape)


def encodable_text(text: str) -> str:
    """The same of one string."""
    return text.encode(errors="backslashreplace").decode()


def ascii_bytes(texts: np.ndarray) -> np.ndarray | None:
    """Texts of fixed width as bytes, if all are ASCII; None if not. Twice as fast as NumPy's own conversion."""
    codes = _codes(texts)
    if not codes.size or codes.max() > _LAST_ASCII:
        return None
    width = texts.dtype.itemsize // 4
    return codes.astype(np.uint8).view(f"S{width}").reshape(texts.shape)


def _codes(texts: np.ndarray) -> np.ndarray:
    """The code points of texts of fixed width, one after the other."""
    return np.ascontiguousarray(texts).reshape(-1).view(np.uint32) if texts.dtype.itemsize else np.zeros(0, np.uint32)
