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
_WORDS = 624
"""The state of a Mersenne Twister, which is what both generators are, in words of 32 bits."""


def seed_numba(sequence: np.random.SeedSequence) -> None:
    """Seed the generators of this thread, each from words of its own; nothing if numba isn't imported."""
    helpers = _helpers()
    if helpers is not None:
        words = sequence.generate_state(2 * _WORDS).reshape(2, _WORDS)
        for pointer, own in zip(_pointers(helpers), words, strict=True):
            helpers.rnd_set_state(pointer, (_WORDS, own.tolist()))


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
