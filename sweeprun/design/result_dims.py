"""Names for dimensions of results that come without names, as they are given: ``dims: {curves: [trial, time]}``."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sweeprun.design.scalars import check_types
from sweeprun.errors import OverrideError

Dims = Mapping[str, tuple[str, ...]]
"""The name of a result -> the names of its dimensions."""

_HOW_TO = 'write the results, and the names of their dimensions, such as {"curves": ["trial", "time"]}'


def checked_dims(given: object, axes: Collection[str]) -> Dims:
    """Names of dimensions as they were given.

    Parameters
    ----------
    given
        A mapping of results to names: a list, or one text for a single dimension. Mappings within it are those of
        results: ``{fit: {curve: [x]}}`` is about ``fit.curve``.
    axes
        The names that the sweep's own dimensions have.

    Raises
    ------
    OverrideError
        If they can't be names of dimensions.
    """
    if not isinstance(given, Mapping):
        raise OverrideError(f"dims is {given!r}; {_HOW_TO}")
    dims: dict[str, tuple[str, ...]] = {}
    for result, names in _flat(given, ""):
        where = f"dims.{result}"
        listed = _listed(names, where)
        for name in listed:
            _check_name(name, where, axes)
        if result in listed and len(listed) > 1:
            raise OverrideError(f"{where} has the name of the result itself; give that dimension another name")
        if len(set(listed)) < len(listed):
            raise OverrideError(f"{where} has a name twice: {', '.join(listed)}")
        if result in dims:
            raise OverrideError(f"dims has {result!r} twice")
        dims[result] = tuple(listed)
    return dims


def _listed(names: object, where: str) -> Sequence[Any]:
    """The names of one result's dimensions; one text names a single one."""
    if names is None:
        raise OverrideError(f"{where} is empty; give the names of its dimensions, such as [trial, time]")
    if isinstance(names, str):
        words = names.replace(",", " ").split()
        if len(words) > 1:
            raise OverrideError(
                f"{where} is one name with spaces; write [{', '.join(words)}], or [{names!r}] if it is the name"
            )
        return (names,)
    if not isinstance(names, Sequence):
        raise OverrideError(f"{where} is {names!r}; give the names of its dimensions")
    return names


def _flat(given: Mapping[Any, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Results by their whole names, which have dots where tasks wrote slashes."""
    for key, value in given.items():
        name = prefix + str(key).strip("/").replace("/", ".")
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}.")
        else:
            yield name, value


def _check_name(name: object, where: str, axes: Collection[str]) -> None:
    if not isinstance(name, str):
        raise OverrideError(f"{where} has {name!r}; the names of dimensions are texts")
    if not name.strip() or "/" in name:
        raise OverrideError(f"{where} has {name!r}; a dimension has a name, without slashes")
    if name in axes:
        raise OverrideError(f"{where} has {name!r}, which is an axis of this sweep; give the dimension another name")


def check_coords(given: object, dims: Dims) -> Mapping[str, Any]:
    """Labels of named dimensions as they were given: name -> values, which are not looked at.

    Raises
    ------
    OverrideError
        If they are no mapping, or of a dimension that no result has.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise OverrideError(f"coords is {given!r}; give dimensions their labels, such as {{'time': [0, 0.1, 0.2]}}")
    names = named(dims)
    for name in given:
        if name not in names:
            from difflib import get_close_matches

            close = get_close_matches(str(name), names, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(names) or 'none'}"
            raise OverrideError(f"coords has {name!r}, which is no dimension that dims names; {hint}")
    return given


def named(dims: Dims) -> list[str]:
    """All names of dimensions, in their order."""
    return list(dict.fromkeys(name for names in dims.values() for name in names))


def is_of_numbers(given: object) -> bool:
    """Whether it holds numbers and no text: a parameter that is called ``dims``, such as the widths of layers."""
    if isinstance(given, Mapping):
        leaves = [leaf for _, leaf in _flat(given, "")]
        return (not leaves or any(leaf is not None for leaf in leaves)) and all(map(is_of_numbers, leaves))
    if isinstance(given, Sequence) and not isinstance(given, str):
        return all(map(is_of_numbers, given))
    return given is None or isinstance(given, bool | int | float)


def dims_from_json(data: object) -> Dims:
    """Names of dimensions as a manifest has them.

    Raises
    ------
    TypeError
        If it is malformed.
    """
    check_types(Mapping, data)
    assert isinstance(data, Mapping)
    check_types(list, *data.values())
    check_types(str, *data, *(name for names in data.values() for name in names))
    return {result: tuple(names) for result, names in data.items()}
