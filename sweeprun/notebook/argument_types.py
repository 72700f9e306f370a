"""Whether an argument is of a type that a function can do something with, by the function's annotations."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from types import NoneType, UnionType
from typing import Any, SupportsFloat, SupportsIndex, Union, get_args, get_origin

_Check = tuple[Callable[[Any], bool], str]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_several(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")  # NumPy's, too


_KNOWN: Mapping[Any, _Check] = {
    NoneType: (lambda value: value is None, "None"),
    bool: (_is_truth, "True or False"),
    int: (lambda value: isinstance(value, SupportsIndex) and not isinstance(value, bool), "a whole number"),
    float: (lambda value: isinstance(value, SupportsFloat) and not isinstance(value, bool), "a number"),
    str: (_is_text, "a text"),
    PathLike: (lambda value: isinstance(value, PathLike), "a path"),
    Sequence: (_is_several, "a list"),
    Iterable: (_is_several, "a list"),
    Mapping: (lambda value: isinstance(value, Mapping), "a mapping, such as {'lr': [0.1, 0.01]}"),
}
"""Type of an annotation -> what is of that type, and what to call it. More is taken than the annotation says, but
nothing that a function must fail on."""


def expected_instead(value: Any, annotation: Any) -> str:
    """What a value should be by the annotation of its argument; empty if it is that, or if that can't be told.

    Examples
    --------
    >>> expected_instead("x", float | None)
    'a number, or None'
    >>> expected_instead(3, float | None)
    ''
    """
    parts = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    known = [_KNOWN.get(get_origin(part) or part) for part in parts]
    checks = [check for check in known if check is not None]
    if len(checks) < len(known) or any(is_one(value) for is_one, _ in checks):
        return ""
    return ", or ".join(name for _, name in checks)
