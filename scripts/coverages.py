"""How often the intervals of `sweeprun stats` hold what they are of: tables for docs/statistics.md, by simulation."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from scipy import signal, stats
from scipy.stats import qmc

from sweeprun.statistics.differences import DifferenceKind, independent_difference, paired_difference
from sweeprun.statistics.estimators import IntervalKind, interval
from sweeprun.statistics.moments import moments
from sweeprun.statistics.quantiles import quantiles
from sweeprun.statistics.targets import Target

REPETITIONS, OF_BOOTSTRAP, LEVEL = 10_000, 1_000, 0.95
PAGE = Path(__file__).parents[1] / "docs" / "statistics.md"

Table: TypeAlias = list[list[str]]
Ends: TypeAlias = tuple[np.ndarray, np.ndarray]


def held(ends: Ends, truth: float) -> str:
    """How often intervals hold a number; those without ends don't."""
    low, high = ends
    return f"{np.mean((low <= truth) & (truth <= high)):.3f}"


def repeated(
    draw: Callable[[np.random.Generator, tuple[int, int]], np.ndarray], n: int, repetitions: int
) -> np.ndarray:
    """Samples of ``n`` values, shape ``(repetitions, n)``."""
    return draw(np.random.default_rng([n, repetitions]), (repetitions, n))


MEANS: dict[str, tuple[Callable[[np.random.Generator, tuple[int, int]], np.ndarray], float]] = {
    "normal": (lambda rng, size: rng.normal(size=size), 0.0),
    "uniform": (lambda rng, size: rng.random(size), 0.5),
    "exponential": (lambda rng, size: rng.exponential(size=size), 1.0),
    "lognormal(0, 1)": (lambda rng, size: rng.lognormal(size=size), float(np.exp(0.5))),
}


def of_means(repetitions: int, of_bootstrap: int) -> Iterator[list[str]]:
    """Intervals of means of numbers."""
    yield ["values", "n", "student", "normal", "bootstrap"]
    for name, (draw, mean) in MEANS.items():
        for n in (5, 10, 30, 100):
            samples = repeated(draw, n, repetitions)
            kinds = {
                IntervalKind.STUDENT: samples,
                IntervalKind.NORMAL: samples,
                IntervalKind.BOOTSTRAP: samples[:of_bootstrap],
            }
            yield [name, str(n), *(held(interval(own, kind, LEVEL), mean) for kind, own in kinds.items())]


def of_proportions(repetitions: int, _: int) -> Iterator[list[str]]:
    """Intervals of proportions."""
    yield ["proportion", "n", "wilson", "student"]
    for p in (0.01, 0.1, 0.5):
        for n in (10, 30, 100, 1000):
            samples = repeated(lambda rng, size, p=p: (rng.random(size) < p).astype(float), n, repetitions)
            yield [
                f"{p:g}",
                str(n),
                *(held(interval(samples, kind, LEVEL), p) for kind in (IntervalKind.WILSON, IntervalKind.STUDENT)),
            ]


def of_counts(repetitions: int, _: int) -> Iterator[list[str]]:
    """Intervals of the mean of counts; those that come in bursts have a variance of 3 times their mean."""
    yield ["counts", "mean", "n", "counts", "poisson", "student"]
    kinds = (IntervalKind.COUNTS, IntervalKind.POISSON, IntervalKind.STUDENT)
    for name in ("Poisson", "in bursts"):
        for mean in (0.02, 0.1, 1.0, 10.0):
            for n in (10, 30, 100):

                def draw(
                    rng: np.random.Generator, size: tuple[int, int], name: str = name, mean: float = mean
                ) -> np.ndarray:
                    return (
                        rng.poisson(mean, size) if name == "Poisson" else rng.negative_binomial(mean / 2, 1 / 3, size)
                    )

                samples = repeated(draw, n, repetitions)
                yield [name, f"{mean:g}", str(n), *(held(interval(samples, kind, LEVEL), mean) for kind in kinds)]


def of_quantiles(repetitions: int, _: int) -> Iterator[list[str]]:
    """Intervals of quantiles between order statistics, whether they have two ends, and what twice the error holds."""
    yield ["quantile", "n", "interval", "has two ends", "± 1.96 errors"]
    for p in (0.5, 0.9, 0.95):
        for n in (10, 30, 100, 300):
            made = quantiles(repeated(MEANS["normal"][0], n, repetitions), [p], LEVEL)
            value, sem = made.value[:, 0], made.sem[:, 0]
            truth = float(stats.norm.ppf(p))
            ended = "yes" if np.isfinite(made.high).all() and np.isfinite(made.low).all() else "no"
            errors = held((value - 1.96 * sem, value + 1.96 * sem), truth)
            yield [f"{p:g}", str(n), held((made.low[:, 0], made.high[:, 0]), truth), ended, errors]


def of_differences(repetitions: int, _: int) -> Iterator[list[str]]:
    """Intervals of the difference of proportions of members that share their streams, and of those that don't."""
    yield ["proportions", "n", "paired, newcombe", "paired, student", "independent, newcombe", "independent, student"]
    for first, second in ((0.5, 0.5), (0.9, 0.8), (0.98, 0.95)):
        for n in (10, 30, 100):
            rng = np.random.default_rng(n)
            common, other = rng.random((2, repetitions, n))
            one = (common < first).astype(float)
            sides = (
                (paired_difference, (common < second).astype(float)),
                (independent_difference, (other < second).astype(float)),
            )
            cells = [
                held((made.low, made.high), first - second)
                for compare, two in sides
                for made in (
                    compare(one, two, LEVEL, kind) for kind in (DifferenceKind.NEWCOMBE, DifferenceKind.STUDENT)
                )
            ]
            yield [f"{first:g}, {second:g}", str(n), *cells]


def of_chains(repetitions: int, _: int) -> Iterator[list[str]]:
    """Intervals of the mean of an autoregression, each step of which is a multiple of the one before, and noise."""
    yield ["correlation of neighbours", "steps", "batches", "student"]
    for rho in (0.0, 0.5, 0.9, 0.99):
        for steps in (100, 1000, 10_000):
            many = max(2, min(repetitions, 20_000_000 // steps))
            noise = repeated(MEANS["normal"][0], steps, many)
            noise[:, 0] /= np.sqrt(1 - rho**2)
            chains = np.asarray(signal.lfilter([1], [1, -rho], noise, axis=-1))
            kinds = (IntervalKind.BATCHES, IntervalKind.STUDENT)
            yield [f"{rho:g}", str(steps), *(held(interval(chains, kind, LEVEL), 0.0) for kind in kinds)]


def of_designs(repetitions: int, _: int) -> Iterator[list[str]]:
    """Errors of the mean of a smooth function of three parameters over a sample, and what they would seem to be.

    With ten replicates, the interval of their ten means is Student's.
    """
    yield ["method", "n", "error if independent / true error", "ten replicates hold the mean"]
    few = max(20, repetitions // 25)
    for name, make in (("sobol", qmc.Sobol), ("halton", qmc.Halton), ("latin_hypercube", qmc.LatinHypercube)):
        for n in (64, 1024):
            points = [make(3, rng=np.random.default_rng([n, i])).random(n) for i in range(10 * few)]
            values = np.array([np.prod(1 + (own - 0.5), axis=1) + own.sum(axis=1) for own in points])  # of the mean 2.5
            found = moments(values)
            ratio = float(np.median(found.sem)) / float(np.sqrt(np.mean((found.mean - 2.5) ** 2)))
            replicates = interval(found.mean.reshape(few, 10), IntervalKind.STUDENT, LEVEL)
            yield [name, str(n), f"{ratio:.2g}", held(replicates, 2.5)]


def of_targets(repetitions: int, _: int) -> Iterator[list[str]]:
    """What the interval holds when `extend --until 'halfwidth(x)<0.02'` has stopped, which began with 30 members."""
    yield ["proportion", "wilson", "mean members", "student", "mean members"]
    for p in (0.01, 0.05):
        cells: list[str] = []
        for kind in (IntervalKind.WILSON, IntervalKind.STUDENT):
            rng = np.random.default_rng(1)
            stopped = [until(rng, p, kind) for _ in range(max(20, repetitions // 10))]
            ends = np.array([made for made, _ in stopped]).T
            cells += [held((ends[0], ends[1]), p), f"{np.mean([count for _, count in stopped]):.0f}"]
        yield [f"{p:g}", *cells]


def until(rng: np.random.Generator, p: float, kind: IntervalKind) -> tuple[tuple[float, float], int]:
    """The interval, and how many members there are, when a target holds: batches are those of `extend --until`."""
    target = Target.parse("halfwidth(x)<0.02", LEVEL, kind)
    sample = (rng.random(30) < p).astype(float)
    while not target.is_reached(found := moments(sample)):
        more = min(int(target.needed(found)) - len(sample), len(sample))
        sample = np.append(sample, (rng.random(max(more, 1)) < p).astype(float))
    low, high = interval(sample, kind, LEVEL)
    return (float(low), float(high)), len(sample)


TABLES: dict[str, Callable[[int, int], Iterator[list[str]]]] = {
    "means": of_means,
    "proportions": of_proportions,
    "counts": of_counts,
    "quantiles": of_quantiles,
    "differences": of_differences,
    "chains": of_chains,
    "designs": of_designs,
    "targets": of_targets,
}
"""By the name that its place on the page has."""


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    head, *others = rows
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *others))


def place_of(name: str) -> "re.Pattern[str]":
    """Where a table is on the page: the second group, between two comments."""
    return re.compile(rf"(<!-- coverage: {name} -->\n)(.*?)(\n<!-- end -->)", re.DOTALL)


def written(page: str, tables: Mapping[str, str]) -> str:
    """The page with other tables."""
    for name, table in tables.items():
        page = place_of(name).sub(lambda place, table=table: f"{place[1]}\n{table}\n{place[3]}", page)
    return page


def main(words: Sequence[str]) -> None:
    """Print all tables, or put them into the page."""
    tables: dict[str, str] = {}
    for name, rows in TABLES.items():
        tables[name] = markdown(list(rows(REPETITIONS, OF_BOOTSTRAP)))
        print(f"{name}\n\n{tables[name]}\n", flush=True)
    if "--write" in words:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        main(sys.argv[1:])
