"""What sweeprun notes of its own in a Zarr store, and how it is known by that."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

OWN_GROUP = ".sweeprun"
"""The group of a Zarr store in which sweeprun notes what it wrote; no variable can have this name."""

LOCK = f"{OWN_GROUP}/lock"
"""What is there in an object store while it is written to."""


def attributes_of_store(read: Callable[[str], bytes]) -> Mapping[str, Any]:
    """The attributes of the root; if these are damaged, what our own group has of them."""
    for key in ("zarr.json", ".zattrs", f"{OWN_GROUP}/zarr.json"):
        with suppress(OSError, ValueError, AttributeError):
            data = json.loads(read(key))
            attrs = data if key == ".zattrs" else data.get("attributes")
            if isinstance(attrs, Mapping) and "sweeprun" in attrs:
                return attrs
    return {}
