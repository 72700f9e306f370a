"""What a task returned, as people read it on a terminal: short, however large it is."""

import reprlib
from collections.abc import Mapping
from typing import Any

_MOST_WHOLE = 100
"""Arrays of up to this many elements are shown as NumPy shows them."""

_SHOWN = 3
"""The first elements of a larger array that are shown; the last one is shown, too."""


class _Short(reprlib.Repr):
    """Finds the method for a type by the type's name, so NumPy is not imported for it."""

    def repr_ndarray(self, array: Any, level: int) -> str:
        if array.size <= _MOST_WHOLE:
            return repr(array)
        flat = array.flat
        first = ", ".join(self.repr1(flat[i], level - 1) for i in range(_SHOWN))
        return f"array of {array.dtype}, shape {array.shape}: {first}, …, {self.repr1(flat[-1], level - 1)}"

    repr_MaskedArray = repr_ndarray  # noqa: N815  # the type's name

    def repr_instance(self, value: Any, level: int) -> str:
        """As Python has it; a number of NumPy as one of Python, which is shown as the user types it."""
        if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
            return repr(value.item())
        return super().repr_instance(value, level)


_short = _Short()
_short.maxlist = _short.maxtuple = _short.maxset = _short.maxfrozenset = _short.maxarray = 20
_short.maxdict, _short.maxlong, _short.maxstring, _short.maxother = 100, 1_000, 400, 10_000


def shown_lines(result: Any) -> list[str]:
    """The lines that show what a task returned: one for each entry of a mapping; none for None."""
    if result is None:
        return []
    if isinstance(result, Mapping):
        return [f"{name}: {_short.repr(value)}" for name, value in result.items()]
    if isinstance(result, list | tuple | set | frozenset) or hasattr(result, "__array_interface__"):
        return [_short.repr(result)]
    return [str(result)]
