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
from enum import Enum
from typing import TYPE_CHECKING, Any

from sweeprun.design.scalars import check_types
from sweeprun.design.seeds import FEWEST_BITS, MOST_BITS, ROUNDS, permuted
from sweeprun.errors import FormatError, OverrideError, UsageError
from sweeprun.wording import sweeper

if TYPE_CHECKING:
    import numpy as np

DESIGN_KEY = (2**32 - 1,)
"""The spawn key of what designs draw. No task has it: theirs begin with their numbers, which are below 10^8."""

_SEEDS_KEY = 2**32 - 2
"""The first word of the spawn keys from which seeds for programs are made; no task has it either."""


class BitGenerator(Enum):
    """NumPy's bit generators that are made of a `numpy.random.SeedSequence`, by their names there."""

    PCG64 = "PCG64"
    PCG64DXSM = "PCG64DXSM"
    Philox = "Philox"
    SFC64 = "SFC64"

    @classmethod
    def named(cls, name: object) -> "BitGenerator":
        """The bit generator of that name.

        Raises
        ------
        OverrideError
            If the name is not one of these.
        """
        if name not in cls.__members__:
            raise OverrideError(f"{sweeper('bit_generator')} is {name!r}; take one of {', '.join(cls.__members__)}")
        return cls[str(name)]


class CommandSeeds(Enum):
    """What ``{seed}`` stands for in the command of a task."""

    DRAWN = "drawn"
    """The first 32 bits that the task's generator gives, in runs of manifest version 4 and before: they may repeat."""

    PERMUTED = "permuted"
    """`Streams.seed` of 32 bits, another one for each stream."""


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
    bit_generator
        What makes the bits. ``default_rng`` is NumPy's way to write ``Generator(PCG64(…))``.
    command_seeds
        What ``{seed}`` in a command stands for.
    """

    root_seed: int | None = None
    shared_by: tuple[str, ...] | None = None
    bit_generator: BitGenerator = BitGenerator.PCG64
    command_seeds: CommandSeeds = CommandSeeds.PERMUTED

    def __post_init__(self) -> None:
        if self.root_seed is not None and self.root_seed < 0:
            raise OverrideError(f"{sweeper('root_seed')} is {self.root_seed}; it must be an integer of at least 0")

    def seed_sequence(self, stream: int) -> "np.random.SeedSequence":
        """The seed sequence of a stream."""
        import numpy as np

        if self.root_seed is None:
            return np.random.SeedSequence(stream)
        return np.random.SeedSequence(self.root_seed, spawn_key=(stream,))

    def generator(self, stream: int) -> "np.random.Generator":
        """The generator of a stream, at its beginning."""
        import numpy as np

        bit_generator = getattr(np.random, self.bit_generator.value)
        return np.random.Generator(bit_generator(self.seed_sequence(stream)))

    def seed(self, stream: int, bits: int = 32, series: int = 0) -> int:
        """A seed for a program that has a generator of its own: at least 0 and below ``2**bits``.

        Seeds of different streams differ. They are a permutation of the stream numbers, which the root seed, the number
        of bits and the series choose (`sweeprun.design.seeds`), and have nothing to do with what `generator` draws.

        Parameters
        ----------
        stream, bits
            The stream, and the length of the seed.
        series
            Which of its seeds, if a task needs several.

        Raises
        ------
        UsageError
            If ``bits`` is out of range, or the number of the stream has more bits than that.
        """
        import numpy as np

        if bits not in range(FEWEST_BITS, MOST_BITS + 1):
            raise UsageError(f"a seed of {bits!r} bits: they are from {FEWEST_BITS} to {MOST_BITS}")
        if stream >> bits:
            raise UsageError(f"stream {stream} has no seed of {bits} bits of its own; take more of them")
        is_rooted = self.root_seed is not None
        keys = np.random.SeedSequence(self.root_seed or 0, spawn_key=(_SEEDS_KEY, bits, series, int(is_rooted)))
        return permuted(stream, bits, keys.generate_state(ROUNDS).tolist())

    def command_seed(self, stream: int, number: int, rng: "np.random.Generator") -> int:
        """What ``{seed}`` stands for in a command of a task, its ``number``-th one; ``rng`` is the task's generator."""
        is_drawn = self.command_seeds is CommandSeeds.DRAWN
        return int(rng.integers(2**32)) if is_drawn else self.seed(stream, series=number)

    def describe(self, stream: int) -> str:
        """The Python expression that makes the generator of a stream."""
        of = f"{stream}" if self.root_seed is None else f"SeedSequence({self.root_seed}, spawn_key=({stream},))"
        name = self.bit_generator
        return f"default_rng({of})" if name is BitGenerator.PCG64 else f"Generator({name.value}({of}))"

    def to_dict(self) -> dict[str, Any]:
        return {
            "root_seed": self.root_seed,
            "shared_by": None if self.shared_by is None else list(self.shared_by),
            "bit_generator": self.bit_generator.value,
            "command_seeds": self.command_seeds.value,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Streams":
        shared_by, root_seed = data["shared_by"], data["root_seed"]
        check_types(int | None, root_seed)
        check_types(str, *(shared_by or ()))
        try:
            return cls(
                root_seed=root_seed,
                shared_by=None if shared_by is None else tuple(shared_by),
                bit_generator=BitGenerator(data.get("bit_generator", "PCG64")),  # before version 5, there was one
                command_seeds=CommandSeeds(data.get("command_seeds", "drawn")),
            )
        except ValueError as error:
            raise FormatError(f"{error}; written by a newer sweeprun?") from error
