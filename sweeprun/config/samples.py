"""Samples: keys whose values are drawn from intervals and distributions."""

from collections.abc import Mapping, Sequence
from typing import Any

from hydra.core.override_parser.types import IntervalSweep

from sweeprun.config.grammar import DistributionSweep
from sweeprun.design.axes import Axis
from sweeprun.design.grid import REPLICATE, SAMPLE, Dimension, Joint
from sweeprun.design.sampling import Interval, Method, Sampling, Source
from sweeprun.design.values import Numbers
from sweeprun.errors import OverrideError
from sweeprun.wording import sweeper

_N = "hydra.sweeper.sample.n"


def source_of(swept: IntervalSweep) -> Source:
    """What the values of a key are drawn from.

    Raises
    ------
    OverrideError
        If an interval is none, or a tag means nothing.
    """
    unknown = swept.tags - {"log"}
    if unknown:
        raise OverrideError(f"tag({', '.join(sorted(unknown))}, …) means nothing here; tag(log, interval(…)) does")
    if isinstance(swept, DistributionSweep) and swept.source is not None:
        if swept.tags:
            raise OverrideError(f"tag(log, {swept.source.written()}): only an interval can be taken in its logarithm")
        return swept.source
    assert swept.start is not None
    assert swept.end is not None
    integer = isinstance(swept.start, int) and isinstance(swept.end, int)
    return Interval(low=swept.start, high=swept.end, log="log" in swept.tags, integer=integer)


def sample(sources: Mapping[str, Source], options: Any, root_seed: int | None) -> Dimension:
    """The dimension of a sample.

    Parameters
    ----------
    sources
        Axis name -> what its values are drawn from.
    options
        ``hydra.sweeper.sample``.
    root_seed
        The run's root seed, which seeds the sample, too, unless it has a seed of its own.

    Raises
    ------
    OverrideError
        If the number of points is missing, or an option is wrong.
    """
    if options.n is None:
        raise OverrideError(
            f"{', '.join(sources)}: values are drawn from an interval or a distribution, and how many is not said; "
            f"add {_N}=256, or list values (0.1,0.2)"
        )
    methods = [method.value for method in Method]
    if options.method not in methods:
        raise OverrideError(f"{sweeper('sample.method')} is {options.method!r}; take one of {', '.join(methods)}")
    seed = options.seed if options.seed is not None else (root_seed or 0)
    replicates = options.replicates
    sampling = Sampling(
        method=Method(options.method), seed=seed, sources=tuple(sources.values()), replicates=replicates
    )
    return drawn(tuple(sources), sampling, options.n * max(1, replicates))


def drawn(names: Sequence[str], sampling: Sampling, count: int) -> Dimension:
    """The first points of a sampling, as a dimension of axes: one for each source, with its name, and of replicates."""
    columns = dict(zip(names, sampling.draw(count), strict=False))
    if sampling.replicates > 1:
        columns[REPLICATE] = [number % sampling.replicates for number in range(count)]
    axes = tuple(_axis(name, column) for name, column in columns.items())
    return Dimension(name=SAMPLE, axes=axes, joint=Joint(name=SAMPLE, axes=tuple(columns), sampling=sampling))


def _axis(name: str, column: Sequence[Any]) -> Axis:
    values = Numbers(values=tuple(column))
    return Axis(name=name, values=values, kind=values.kind())
