"""Random streams: which `numpy.random.Generator` a task draws from.

The stream is a pure function of the task's stream number and the root seed, so a task's numbers don't depend on
launcher, worker count, chunk size, order, retries or resumption.

References
----------
NumPy, "Parallel random number generation" (`numpy/doc/source/reference/random/parallel.rst`): spawn keys give
streams that are independent with high probability, whereas ``root_seed + i`` makes neighbouring roots overlap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sweeprun.design.scalars import check_types
from sweeprun.errors import OverrideError

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """How stream numbers become generators, and which tasks share one.

    Attributes
    ----------
    root_seed
        None: stream ``s`` is ``default_rng(s)``. An integer ``R >= 0``: stream ``s`` is
        ``default_rng(SeedSequence(R, spawn_key=(s,)))``, the child number ``s`` of ``SeedSequence(R)``.
    shared_by
        None: every task has a stream of its own. Axis names: tasks that agree on these axes share a stream
        (common random numbers); an empty tuple gives all tasks the same one.
    """

    root_seed: int | None = None
    shared_by: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.root_seed is not None and self.root_seed < 0:
            raise OverrideError(f"hydra.sweeper.root_seed is {self.root_seed}; it must be an integer of at least 0")

    def seed_sequence(self, stream: int) -> "np.random.SeedSequence":
        """The seed sequence of a stream."""
        import numpy as np

        if self.root_seed is None:
            return np.random.SeedSequence(stream)
        return np.random.SeedSequence(self.root_seed, spawn_key=(stream,))

    def generator(self, stream: int) -> "np.random.Generator":
        """The generator of a stream, at its beginning."""
        import numpy as np

        return np.random.default_rng(self.seed_sequence(stream))

    def describe(self, stream: int) -> str:
        """The Python expression that makes the generator of a stream."""
        if self.root_seed is None:
            return f"default_rng({stream})"
        return f"default_rng(SeedSequence({self.root_seed}, spawn_key=({stream},)))"

    def to_dict(self) -> dict[str, Any]:
        return {"root_seed": self.root_seed, "shared_by": None if self.shared_by is None else list(self.shared_by)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Streams":
        shared_by, root_seed = data["shared_by"], data["root_seed"]
        check_types(int | None, root_seed)
        check_types(str, *(shared_by or ()))
        return cls(root_seed=root_seed, shared_by=None if shared_by is None else tuple(shared_by))
