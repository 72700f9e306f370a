"""The generators of numba: what `numpy.random` and `random` are in functions that it compiles.

Each thread has two of its own, seeded by the operating system when they are first used. Those of the thread that runs
tasks can be seeded and looked at; those of the threads of ``prange`` can't.

References
----------
numba, "Supported NumPy features", section "Random": numba's generators are independent of NumPy's, and seeding from
compiled code seeds the calling thread alone.
"""

import sys
from typing import Any

import numpy as np

NAME = "numba"
WORDS = 2 * 624
"""The states of two Mersenne Twisters, which is what both generators are."""


def seed_numba(words: np.ndarray) -> None:
    """Put the generators of this thread into the state that some words are; nothing if numba isn't imported.

    Parameters
    ----------
    words
        Integers of 32 bits; shape ``(WORDS,)``.
    """
    helpers = _helpers()
    if helpers is not None:
        half = len(words) // 2
        for pointer, own in zip(_pointers(helpers), (words[:half], words[half:]), strict=True):
            helpers.rnd_set_state(pointer, (half, own.tolist()))


def state_of_numba() -> Any:
    """The states of the generators of this thread, as something to compare; None if numba isn't imported."""
    helpers = _helpers()
    if helpers is None:
        return None
    return [helpers.rnd_get_state(pointer) for pointer in _pointers(helpers)]


def _helpers() -> Any:
    """The part of numba that has the generators, if it is imported and has what is used of it here."""
    helpers = sys.modules.get("numba._helperlib")
    needed = ("rnd_get_np_state_ptr", "rnd_get_py_state_ptr", "rnd_get_state", "rnd_set_state")
    return helpers if all(hasattr(helpers, name) for name in needed) else None


def _pointers(helpers: Any) -> tuple[int, int]:
    return helpers.rnd_get_np_state_ptr(), helpers.rnd_get_py_state_ptr()
