"""Global random generators, `random`, NumPy's legacy one and torch's; tasks should draw from their own stream."""

import random
import sys
from typing import Any

import numpy as np

from sweeprun.design.streams import Streams
from sweeprun.worker import numba_generators
from sweeprun.worker.numba_generators import seed_numba, state_of_numba


def seed_globals(streams: Streams, stream: int) -> None:
    """Seed ``random``, NumPy's legacy generator and, if they are imported, torch and numba from a stream.

    They are seeded from the first child of the stream's seed sequence, so a task's own generator draws the same numbers
    with and without it.

    References
    ----------
    NumPy, `numpy.random.SeedSequence.spawn`: children are independent of their parent and of each other.
    """
    sequence = streams.seed_sequence(stream)
    words = np.random.SeedSequence(sequence.entropy, spawn_key=(*sequence.spawn_key, 0)).generate_state(18)
    random.seed(int.from_bytes(words[:8].tobytes(), "little"))
    np.random.seed(words[8:16])  # noqa: NPY002  # of other words: from the same ones both would draw the same
    if (torch := sys.modules.get("torch")) is not None:
        torch.manual_seed(int(words[16]) << 31 | int(words[17]) >> 1)
    if numba_generators.NAME in sys.modules:
        more = np.random.SeedSequence(sequence.entropy, spawn_key=(*sequence.spawn_key, 0, 0))
        seed_numba(more.generate_state(numba_generators.WORDS))


class GlobalsWatch:
    """Notices whether global generators were moved: 0.04 ms a look, so not after every task."""

    def __init__(self) -> None:
        self._before = _states()
        self._modules = len(sys.modules)

    def moved(self) -> list[str]:
        """The names of the generators that are not where they were at the beginning.

        Some libraries draw from ``random`` when they are imported, which a task function may do; so that one counts
        only if nothing was imported since the last look.
        """
        now, modules = _states(), len(sys.modules)
        if modules != self._modules:
            self._before["random"], self._modules = now["random"], modules
        found = [name for name, state in now.items() if self._before[name] not in (None, state)]
        self._before |= {name: state for name, state in now.items() if self._before[name] is None}
        return found


def _states() -> dict[str, Any]:
    legacy: Any = np.random.get_state(legacy=False)  # noqa: NPY002
    state = legacy["state"]
    key = state["key"].tobytes() if "key" in state else str(state)
    return {
        "random": random.getstate(),
        "numpy.random": (key, state.get("pos"), legacy["has_gauss"], legacy["gauss"]),
        numba_generators.NAME: state_of_numba(),
    }
