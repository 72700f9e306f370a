"""Attributes of results as JSON."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

NO_ATTRS = "{}"


def json_of(attrs: Mapping[Any, Any], owner: str, left_out: dict[str, str]) -> str:
    """Attributes as JSON.

    Parameters
    ----------
    attrs
        The attributes.
    owner
        What they are attributes of: nothing for the whole, or the name of a variable and a dot.
    left_out
        Receives those that can't be stored: name -> why.
    """
    try:
        return _dumped({str(key): value for key, value in attrs.items()})
    except (ValueError, TypeError, RecursionError):
        kept = {}
        for key, value in attrs.items():
            try:
                _dumped(value)
                kept[str(key)] = value
            except (ValueError, TypeError, RecursionError):
                left_out[f"{owner}attrs[{str(key)!r}]"] = f"{type(value).__name__} is not what JSON can hold"
        return _dumped(kept)


def _dumped(value: Any) -> str:
    text = json.dumps(value, default=_plain)
    json.loads(text)  # a number may have more digits than can be read, and a list too many others in it
    return text


def _plain(value: Any) -> Any:
    """NumPy scalars and arrays as Python's; dates and anything else by their text."""
    if isinstance(value, np.ndarray):
        return value.astype(str).tolist() if value.dtype.kind in "mM" else value.tolist()
    plain = value.item() if isinstance(value, np.generic) and value.dtype.kind in "biufSU" else value
    return str(value) if plain is value or isinstance(plain, np.generic | bytes) else plain
