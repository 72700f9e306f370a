"""Values of Python as people read them in a run: shortened, and none whose name says that it is secret."""

import reprlib
from typing import Any

_SECRET = ("secret", "credential", "password", "passwd", "token", "api_key", "apikey")

_short = reprlib.Repr()
_short.maxlist = _short.maxtuple = _short.maxset = _short.maxfrozenset = _short.maxdict = _short.maxarray = 20
_short.maxstring = _short.maxlong = _short.maxother = 400


def is_secret_name(name: str) -> bool:
    """Whether a name says that what it stands for is secret."""
    return any(word in name.lower() for word in _SECRET)


def brief(name: str, value: Any) -> str:
    """A value as one line, about as Python writes it."""
    return "…" if is_secret_name(name) else " ".join(_short.repr(value).split())
