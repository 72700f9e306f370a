"""What results are called: a name depends on the key that it came under alone, never on order or on other keys.

Of two results that would have one name, it is that of the one whose key it is, unchanged, in the fewest groups; if no
one is, neither has it. Whoever doesn't have it is left out.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any

ORIGINAL_NAME = "original_name"
"""The attribute of a variable whose name had to be changed: what its task called it."""

_NO_ATTRS: Mapping[str, Any] = {}


def clean_name(key: object) -> tuple[str, Mapping[str, Any]]:
    """A name without slashes, which netCDF and Zarr keep for groups, and what it was, if that was another."""
    if type(key) is str and key and "/" not in key:
        return key, _NO_ATTRS
    name = ".".join(map(str, key)) if isinstance(key, tuple) else "" if key is None else str(key)
    clean = _clean(name)
    return clean, _NO_ATTRS if clean == name else {ORIGINAL_NAME: name}


def renamed_from(name: str, attrs: Mapping[str, Any]) -> str | None:
    """What a recorded variable was called before slashes were taken from its name; None if it had none.

    Tasks may give an attribute of that name themselves, as climate models do.
    """
    original = attrs.get(ORIGINAL_NAME)
    if not isinstance(original, str) or "/" not in original:
        return None
    return original if name.rstrip("_").endswith(_clean(original)) else None


def clashing(names: Mapping[Hashable, str]) -> Collection[Hashable]:
    """The keys of one mapping that can't have their names, since others would have the same."""
    if len(set(names.values())) == len(names):
        return ()
    counts = Counter(names.values())
    return [key for key, name in names.items() if counts[name] > 1 and key != name]


def outer_ones(places: Sequence[tuple[str, int]]) -> list[bool]:
    """Whether each of some variables has its name, which it has to be the only one for in the fewest groups.

    Parameters
    ----------
    places
        The whole name of each, and in how many groups it is.
    """
    least: dict[str, int] = {}
    for name, depth in places:
        least[name] = min(depth, least.get(name, depth))
    counts = Counter(places)
    return [depth == least[name] and counts[name, depth] == 1 for name, depth in places]


def taken(name: str) -> str:
    """Why a result is left out that would have a name that another has, too."""
    return f"it would be called {name!r}, and so would another result of the task; give them names that differ"


def shown_key(prefix: str, key: object) -> str:
    """A key that is no name, within the groups around it."""
    return f"{prefix}{key}" if isinstance(key, str) else f"{prefix.rstrip('.')}[{key!r}]"


def _clean(name: str) -> str:
    return name.strip("/").replace("/", ".")
