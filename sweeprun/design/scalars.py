"""Scalars and values of axes, and how JSON holds them."""

from typing import Any, TypeAlias

Scalar: TypeAlias = bool | int | float | str | None

Value: TypeAlias = Any  # Scalar, or a list or dict of values; recursive, which mypy can't follow through JSON

_NON_FINITE = {"nan", "inf", "-inf"}


def check_types(kind: Any, *values: object) -> None:
    """Refuse values out of a file that are not of a type, or of a union of types.

    Raises
    ------
    TypeError
        If one isn't.
    """
    for value in values:
        if not isinstance(value, kind):
            raise TypeError(f"{value!r} is a {type(value).__name__}, which it should not be")


def encode_value(value: Value) -> Any:
    """A strict-JSON form of a value: mappings keep keys that aren't strings, floats may be non-finite."""
    if isinstance(value, dict):
        return {"items": [[encode_value(key), encode_value(item)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return [encode_value(item) for item in value]
    if isinstance(value, float) and str(value) in _NON_FINITE:
        return {"float": str(value)}
    return value


def decode_value(data: Any) -> Value:
    """The inverse of `encode_value`."""
    if isinstance(data, dict):
        if "float" in data:
            return float(data["float"])
        return {decode_value(key): decode_value(item) for key, item in data["items"]}
    if isinstance(data, list):
        return [decode_value(item) for item in data]
    return data
