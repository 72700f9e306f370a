"""Sampled designs: points drawn from distributions, by a seeded sequence that fills the space evenly.

References
----------
A. B. Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995 (scrambled Sobol points);
M. D. McKay, R. J. Beckman, W. J. Conover, Technometrics 21 (1979) 239 (Latin hypercubes). Both as `scipy.stats.qmc`
has them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

import numpy as np

from sweeprun.design.scalars import Scalar, check_types, decode_value, encode_value
from sweeprun.design.streams import DESIGN_KEY
from sweeprun.errors import FormatError, OverrideError
from sweeprun.wording import sweeper

_MOST_REPLICATES = 10**6

_SMALLEST = 2.0**-53
"""Instead of a probability 0 or 1, at which many distributions are infinite."""


class Method(Enum):
    """How points are spread over the unit cube."""

    SOBOL = "sobol"
    HALTON = "halton"
    LATIN_HYPERCUBE = "latin_hypercube"
    RANDOM = "random"

    @property
    def continues(self) -> bool:
        """Whether more points go on where fewer ended; a Latin hypercube is made for one number of them."""
        return self is not Method.LATIN_HYPERCUBE


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A uniform distribution between two bounds.

    Attributes
    ----------
    low, high
        The bounds.
    log
        Whether the logarithm is uniform.
    integer
        Whether the values are the integers from ``low`` to ``high``, both included.
    """

    low: float
    high: float
    log: bool = False
    integer: bool = False

    def __post_init__(self) -> None:
        shown = f"interval({self.low:g},{self.high:g})"
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise OverrideError(f"{shown} needs two finite bounds, the lower one first")
        if self.log and self.low <= 0:
            raise OverrideError(f"{shown} has no logarithm at its lower end; tag(log, …) needs bounds above 0")

    def quantile(self, probabilities: np.ndarray) -> np.ndarray:
        """The values below which the distribution has so much of its mass; same shape."""
        # Integers are the rounded values of an interval that reaches half a unit further, so each gets its share.
        margin = 0.5 if self.integer else 0.0
        low, high = self.low - margin, self.high + margin
        if self.log:
            values = np.exp(math.log(low) + probabilities * (math.log(high) - math.log(low)))
        else:
            values = low + probabilities * (high - low)
        values = np.rint(values) if self.integer else values
        return np.clip(values, self.low, self.high)

    def written(self) -> str:
        """As it is typed."""
        bounds = (round(self.low), round(self.high)) if self.integer else (self.low, self.high)
        interval = f"interval({bounds[0]},{bounds[1]})"
        interval = f"int({interval})" if self.integer else interval
        return f"tag(log,{interval})" if self.log else interval

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "interval", "low": self.low, "high": self.high, "log": self.log, "integer": self.integer}


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A distribution of `scipy.stats` by its name, as its own signature takes the parameters.

    ``normal(mean, std)``, ``lognormal(mean, sigma)`` of the underlying normal and ``uniform(low, high)`` are what
    `numpy.random.Generator` calls so.

    Attributes
    ----------
    name, args, keywords
        As in ``gamma(2, scale=3)``.
    """

    name: str
    args: tuple[float, ...] = ()
    keywords: dict[str, float] = field(default_factory=dict)

    def quantile(self, probabilities: np.ndarray) -> np.ndarray:
        """The values below which the distribution has so much of its mass; same shape.

        Raises
        ------
        OverrideError
            If there is no such distribution, or the parameters are not its own.
        """
        values = np.asarray(self._frozen().ppf(np.clip(probabilities, _SMALLEST, 1 - _SMALLEST)))
        if not np.isfinite(values).all():
            raise OverrideError(f"{self.written()} is no distribution: its parameters are out of range")
        return values

    @property
    def integer(self) -> bool:
        """Whether it has only whole numbers."""
        from scipy import stats

        return isinstance(getattr(stats, self.name, None), stats.rv_discrete)

    def _frozen(self) -> Any:
        from scipy import stats

        try:
            match self.name:
                case "normal":
                    return _normal(*self.args, **self.keywords)
                case "lognormal":
                    return _lognormal(*self.args, **self.keywords)
                case "uniform":
                    return _uniform(*self.args, **self.keywords)
            family = getattr(stats, self.name, None)
            if not isinstance(family, stats.rv_continuous | stats.rv_discrete):
                raise OverrideError(
                    f"there is no distribution {self.name!r}; take normal, lognormal, uniform, or one of scipy.stats "
                    "by its name: gamma(2,scale=3)"
                )
            return family(*self.args, **self.keywords)
        except (TypeError, ValueError) as error:
            raise OverrideError(f"{self.written()} is no distribution: {error}") from error

    def written(self) -> str:
        """As it is typed."""
        words = [*(f"{value:g}" for value in self.args), *(f"{key}={value:g}" for key, value in self.keywords.items())]
        return f"{self.name}({','.join(words)})"

    def to_dict(self) -> dict[str, Any]:
        keywords = {key: encode_value(value) for key, value in self.keywords.items()}
        return {
            "kind": "distribution",
            "name": self.name,
            "args": [encode_value(value) for value in self.args],
            "keywords": keywords,
        }


def _normal(mean: float = 0.0, std: float = 1.0) -> Any:
    from scipy import stats

    return stats.norm(mean, std)


def _lognormal(mean: float = 0.0, sigma: float = 1.0) -> Any:
    from scipy import stats

    return stats.lognorm(sigma, scale=math.exp(mean))


def _uniform(low: float = 0.0, high: float = 1.0) -> Any:
    from scipy import stats

    return stats.uniform(low, high - low)


Source: TypeAlias = Interval | Distribution
"""What the values of one axis are drawn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How the points of a sample are drawn; with it, they can be drawn again, and more of them.

    Attributes
    ----------
    method
        How they are spread.
    seed
        Of the scrambling, or of the drawing.
    sources
        What the values of each axis are drawn from.
    spawn_key
        With the seed, makes the seed sequence. It is empty in runs of manifest version 4 and before, whose designs
        draw what task ``seed`` of a run without a root seed draws.
    replicates
        How many independent samples there are. Point ``i`` belongs to sample ``i % replicates``, so that all of them go
        on where points are added.
    """

    method: Method
    seed: int
    sources: tuple[Source, ...]
    spawn_key: tuple[int, ...] = DESIGN_KEY
    replicates: int = 1

    def draw(self, count: int) -> list[list[Scalar]]:
        """The first points: for each axis, ``count`` values.

        Raises
        ------
        OverrideError
            If there can't be so many, or a distribution doesn't exist.
        """
        if self.seed < 0:
            raise OverrideError(f"{sweeper('sample.seed')} is {self.seed}; a seed is 0 or more")
        if count < 1:
            raise OverrideError(f"{sweeper('sample.n')} is {count}; a sample needs at least 1 point")
        if not 1 <= self.replicates <= _MOST_REPLICATES:
            raise OverrideError(
                f"{sweeper('sample.replicates')} is {self.replicates}; it must lie between 1 and {_MOST_REPLICATES}"
            )
        each = -(-count // self.replicates)
        cubes = [_unit_cube(self.method, seed, len(self.sources), each) for seed in self._seeds()]
        cube = np.stack(cubes, axis=1).reshape((-1, len(self.sources)))[:count]
        return [_as_scalars(source, source.quantile(cube[:, i])) for i, source in enumerate(self.sources)]

    def _seeds(self) -> "list[np.random.SeedSequence]":
        """The seed of each replicate; a single one has that of the whole."""
        keys = [()] if self.replicates == 1 else [(number,) for number in range(self.replicates)]
        return [np.random.SeedSequence(self.seed, spawn_key=(*self.spawn_key, *key)) for key in keys]

    def to_dict(self) -> dict[str, Any]:
        sources = [source.to_dict() for source in self.sources]
        data = {
            "method": self.method.value,
            "seed": self.seed,
            "spawn_key": list(self.spawn_key),
            "sources": sources,
        }
        return data if self.replicates == 1 else data | {"replicates": self.replicates}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Sampling":
        spawn_key, replicates = data.get("spawn_key", []), data.get("replicates", 1)
        check_types(list, spawn_key)
        check_types(int, data["seed"], replicates, *spawn_key)
        if any(word < 0 for word in spawn_key):
            raise FormatError(f"the spawn key of a sample has {min(spawn_key)}; its numbers are 0 or more")
        if not 1 <= replicates <= _MOST_REPLICATES:
            raise FormatError(f"a sample of {replicates} replicates; from 1 to {_MOST_REPLICATES} can be read")
        return cls(
            method=Method(data["method"]),
            seed=data["seed"],
            sources=tuple(map(_source_from_dict, data["sources"])),
            spawn_key=tuple(spawn_key),
            replicates=replicates,
        )


def _unit_cube(method: Method, seeds: "np.random.SeedSequence", dimensions: int, count: int) -> np.ndarray:
    """Points in ``[0, 1)^dimensions``, shape ``(count, dimensions)``; the first ones are those of a smaller count."""
    from scipy.stats import qmc

    generator = np.random.default_rng(seeds)
    match method:
        case Method.RANDOM:
            return generator.random((count, dimensions))
        case Method.LATIN_HYPERCUBE:
            return np.asarray(qmc.LatinHypercube(dimensions, rng=generator).random(count))
        case Method.HALTON:
            return np.asarray(qmc.Halton(dimensions, rng=generator).random(count))
    bits = max(30, (count - 1).bit_length())
    if bits > _MOST_BITS or dimensions > qmc.Sobol.MAXDIM:
        raise OverrideError(
            f"a Sobol sequence has at most 2^{_MOST_BITS} points of {qmc.Sobol.MAXDIM} dimensions; "
            f"choose {sweeper('sample.method').to('random')}"
        )
    sequence = qmc.Sobol(dimensions, bits=bits, rng=generator)
    # The first points are the same ones, however many are drawn; of a power of two SciPy doesn't warn.
    whole = sequence.random_base2((count - 1).bit_length())
    return np.asarray(whole[:count])


_MOST_BITS = 40


def _as_scalars(source: Source, values: np.ndarray) -> list[Scalar]:
    return [int(value) for value in values] if source.integer else [float(value) for value in values]


def _source_from_dict(data: Mapping[str, Any]) -> Source:
    match data.get("kind"):
        case "interval":
            check_types(bool, data["log"], data["integer"])
            check_types(int | float, data["low"], data["high"])
            return Interval(low=data["low"], high=data["high"], log=data["log"], integer=data["integer"])
        case "distribution":
            args: Sequence[Any] = [decode_value(value) for value in data["args"]]
            keywords = {str(key): decode_value(value) for key, value in data["keywords"].items()}
            check_types(str, data["name"])
            check_types(int | float, *args, *keywords.values())
            return Distribution(name=data["name"], args=tuple(args), keywords=keywords)
        case unknown:
            raise FormatError(f"unknown kind of distribution: {unknown!r}; written by a newer sweeprun?")
