"""Every statistic of the table: a number for each point, whatever the members are."""

import numpy as np
import pytest

from sweeprun.statistics.all_statistics import ALL_STATISTICS
from sweeprun.statistics.ensembles import STATISTICS
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.statistic import Ensemble, Statistic

RNG = np.random.default_rng(1)


def test_each_has_a_name_of_its_own() -> None:
    assert len({*STATISTICS}) == len(STATISTICS)
    assert STATISTICS[0] == "n"  # which is known where results that are NaN make all others unknown


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("statistic", ALL_STATISTICS, ids=lambda own: own.name)
@pytest.mark.parametrize(
    ("samples", "kind"),
    [
        (RNG.normal(size=(2, 3, 20)), IntervalKind.STUDENT),
        (np.full((2, 20), np.nan), IntervalKind.STUDENT),
        (RNG.normal(size=(4, 1)), IntervalKind.STUDENT),
        (np.full((2, 20), np.inf), IntervalKind.STUDENT),
        (RNG.random((3, 20)) < 0.5, IntervalKind.WILSON),
        (RNG.integers(0, 3, size=(3, 20)), IntervalKind.COUNTS),
        (np.full((2, 5), 2**62) + np.arange(5), IntervalKind.STUDENT),
        (RNG.normal(size=(2, 40)).cumsum(axis=-1), IntervalKind.BATCHES),
    ],
    ids=["normal", "missing", "one member", "infinite", "truth", "counts", "large", "chain"],
)
def test_each_has_one_number_a_point(statistic: Statistic, samples: np.ndarray, kind: IntervalKind) -> None:
    found = np.asarray(statistic.of(Ensemble(samples=samples, kind=kind)), float)
    assert found.shape == samples.shape[:-1]


def named(name: str, own: Ensemble) -> np.ndarray:
    return next(each for each in ALL_STATISTICS if each.name == name).of(own)


def test_successes_are_those_of_proportions() -> None:
    samples = np.array([[1.0, 0, 1, np.nan]])
    assert named("successes", Ensemble(samples=samples, kind=IntervalKind.WILSON)).tolist() == [2]
    assert np.isnan(named("successes", Ensemble(samples=samples, kind=IntervalKind.STUDENT))).all()


def test_effective_members_are_all_of_independent_ones_and_fewer_of_a_chain() -> None:
    chain = RNG.normal(size=(1, 1000)).cumsum(axis=-1)
    assert named("n_effective", Ensemble(samples=chain, kind=IntervalKind.STUDENT)).tolist() == [1000]
    assert named("n_effective", Ensemble(samples=chain, kind=IntervalKind.BATCHES))[0] < 50
    assert np.isnan(named("n_effective", Ensemble(samples=chain, kind=IntervalKind.STUDENT, has_error=False))).all()
