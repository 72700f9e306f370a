"""Values of Python as people read them in a run: shortened, and none whose name says that it is secret."""

import re
import reprlib
from typing import Any

from sweeprun.secrecy import is_secret

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+(?=>)")

_short = reprlib.Repr()
_short.maxlist = _short.maxtuple = _short.maxset = _short.maxfrozenset = _short.maxdict = _short.maxarray = 20
_short.maxstring = _short.maxlong = _short.maxother = 400


def brief(name: str, value: Any) -> str:
    """A value as one line, about as Python writes it; without addresses in memory, which are others each time."""
    return "…" if is_secret(name, value) else _ADDRESS.sub("", " ".join(_short.repr(value).split()))
