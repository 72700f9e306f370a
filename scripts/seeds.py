"""How good seeds are: doubles among many tasks, and what neighbours have to do with each other, as a Markdown table."""

import sys
from collections.abc import Iterator

import numpy as np

from sweeprun.design.streams import CommandSeeds, Streams

_DISTANCES = (1, 2, 3, 10, 16, 100, 1000, 1024)
_DRAWN = 100_000
"""Of the seeds that older runs have, as each costs a generator."""


def main(count: int) -> None:
    """Print the table."""
    new, other = (seeds_of(Streams(root_seed=root), count) for root in (None, 1))
    old = Streams(command_seeds=CommandSeeds.DRAWN)
    drawn = np.array([old.command_seed(stream, 0, old.generator(stream)) for stream in range(_DRAWN)])
    rows = [
        (f"seeds of {count:,} tasks that another one has", doubles(new)),
        (f"the same of {_DRAWN:,} random numbers, which `{{seed}}` was in earlier versions", doubles(drawn)),
        ("seeds that a run with another root seed has, too", len(np.intersect1d(new, other))),
        ("the same of random numbers, on average", f"{count**2 / 2**32:.0f}"),
        *pairs_of(new),
    ]
    print("| | |\n|---|---|")
    for row in rows:
        print(f"| {row[0]} | {row[1]} |")


def seeds_of(streams: Streams, count: int) -> np.ndarray:
    """The seeds of the first tasks; shape ``(count,)``."""
    return np.array([streams.seed(stream) for stream in range(count)], np.uint32)


def doubles(seeds: np.ndarray) -> int:
    """How many seeds are not the first ones of their value."""
    return len(seeds) - len(np.unique(seeds))


def pairs_of(seeds: np.ndarray) -> Iterator[tuple[str, str]]:
    """How seeds of tasks at some distances depend on each other, in standard errors of independent ones."""
    values = seeds / 2**32
    bits = np.unpackbits(seeds.astype(">u4").view(np.uint8)).reshape(-1, 32)
    correlations, flips = [], []
    for distance in _DISTANCES:
        pairs = len(seeds) - distance
        correlations.append(abs(np.corrcoef(values[distance:], values[:-distance])[0, 1]) * np.sqrt(pairs))
        differ = (bits[distance:] ^ bits[:-distance]).mean(axis=0)
        flips.append(np.abs(differ - 0.5).max() * 2 * np.sqrt(pairs))
    shown = ", ".join(map(str, _DISTANCES))
    yield (
        f"correlation of seeds {shown} tasks apart, at most, in standard errors (of {len(flips)} values)",
        f"{max(correlations):.1f}",
    )
    yield (
        f"a bit's share of differences from 1/2, at most, in standard errors (of {32 * len(flips)} values)",
        f"{max(flips):.1f}",
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10**6)
