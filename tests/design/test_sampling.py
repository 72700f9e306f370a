"""Samples: the distributions are SciPy's, and sequences go on where they ended."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import qmc

from sweeprun.design.sampling import Distribution, Interval, Method, Sampling, Source
from sweeprun.design.streams import DESIGN_KEY
from sweeprun.errors import FormatError, OverrideError

UNIT = Interval(low=0.0, high=1.0)


def sampling(*sources: Source, method: Method = Method.SOBOL, seed: int = 0, replicates: int = 1) -> Sampling:
    return Sampling(method=method, seed=seed, sources=sources, replicates=replicates)


@given(st.sampled_from(Method), st.integers(0, 2**64), st.integers(1, 40), st.integers(1, 40), st.integers(1, 3))
def test_more_points_go_on_where_fewer_ended(method: Method, seed: int, few: int, many: int, axes: int) -> None:
    few, many = sorted((few, many))
    source = sampling(*[UNIT] * axes, method=method, seed=seed)
    first, all_of_them = source.draw(few), source.draw(many)
    assert [len(column) for column in all_of_them] == [many] * axes
    assert all(0 <= value < 1 for column in all_of_them for value in column)
    if method.continues or few == many:
        assert [column[:few] for column in all_of_them] == first
    assert source.draw(many) == all_of_them


@pytest.mark.parametrize("method", list(Method))
def test_the_points_are_those_of_scipy(method: Method) -> None:
    engines = {
        Method.SOBOL: lambda rng: qmc.Sobol(2, rng=rng).random_base2(5),
        Method.HALTON: lambda rng: qmc.Halton(2, rng=rng).random(32),
        Method.LATIN_HYPERCUBE: lambda rng: qmc.LatinHypercube(2, rng=rng).random(32),
        Method.RANDOM: lambda rng: rng.random((32, 2)),
    }
    expected = engines[method](np.random.default_rng(np.random.SeedSequence(7, spawn_key=DESIGN_KEY)))
    assert np.array_equal(np.transpose(sampling(UNIT, UNIT, method=method, seed=7).draw(32)), expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (Distribution(name="normal", args=(1.0, 2.0)), stats.norm(1, 2)),
        (Distribution(name="lognormal", args=(0.5, 0.25)), stats.lognorm(0.25, scale=np.exp(0.5))),
        (Distribution(name="uniform", args=(-1.0, 3.0)), stats.uniform(-1, 4)),
        (Distribution(name="gamma", args=(2.0,), keywords={"scale": 3.0}), stats.gamma(2, scale=3)),
        (Distribution(name="poisson", args=(4.0,)), stats.poisson(4)),
        (Interval(low=1.0, high=3.0), stats.uniform(1, 2)),
        (Interval(low=1e-4, high=1e-1, log=True), stats.loguniform(1e-4, 1e-1)),
    ],
)
def test_distributions_are_those_of_scipy(source: Source, expected: stats.rv_continuous) -> None:
    probabilities = np.linspace(0.001, 0.999, 57)
    assert np.allclose(source.quantile(probabilities), expected.ppf(probabilities), rtol=1e-12)


def test_no_value_is_infinite() -> None:
    assert np.isfinite(Distribution(name="normal").quantile(np.array([0.0, 1.0]))).all()


@pytest.mark.parametrize("log", [False, True])
def test_whole_numbers_of_an_interval_have_both_ends(log: bool) -> None:
    (drawn,) = sampling(Interval(low=1, high=4, integer=True, log=log)).draw(1024)
    counts = {value: drawn.count(value) for value in (1, 2, 3, 4)}
    assert sum(counts.values()) == 1024
    assert all(type(value) is int for value in drawn)
    edges = np.array([0.5, 1.5, 2.5, 3.5, 4.5])
    shares = np.diff(np.log(edges) if log else edges)
    assert np.allclose(list(counts.values()), 1024 * shares / shares.sum(), atol=2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Interval(low=1, high=0), "the lower one first"),
        (lambda: Interval(low=0, high=1, log=True), "bounds above 0"),
        (lambda: sampling(Distribution(name="nothing")).draw(2), "no distribution 'nothing'"),
        (lambda: sampling(Distribution(name="rv_continuous")).draw(2), "no distribution 'rv_continuous'"),
        (lambda: sampling(Distribution(name="gamma", keywords={"b": 1.0})).draw(2), r"gamma\(b=1\) is no distribution"),
        (lambda: sampling(Distribution(name="normal", args=(0.0, -1.0))).draw(2), "out of range"),
        (lambda: sampling(UNIT).draw(0), "at least 1 point"),
        (lambda: sampling(UNIT, seed=-1).draw(1), "a seed is 0 or more"),
        (lambda: sampling(*[UNIT] * 30000).draw(1), "choose hydra.sweeper.sample.method=random"),
    ],
)
def test_what_cannot_be_drawn_is_told(make: object, message: str) -> None:
    with pytest.raises(OverrideError, match=message):
        make()  # type: ignore[operator]


def test_a_sampling_survives_json() -> None:
    whole = sampling(
        Interval(low=1, high=9, integer=True), Distribution(name="gamma", args=(2,), keywords={"scale": float("inf")})
    )
    assert Sampling.from_dict(json.loads(json.dumps(whole.to_dict()))) == whole
    with pytest.raises(FormatError, match="unknown kind of distribution: 'dice'"):
        Sampling.from_dict(whole.to_dict() | {"sources": [{"kind": "dice"}]})
    with pytest.raises(FormatError, match="spawn key of a sample has -1"):
        Sampling.from_dict(whole.to_dict() | {"spawn_key": [-1]})


def test_a_sample_of_old_draws_as_it_did() -> None:
    """Before manifest version 5 no spawn key was noted, and designs drew what task ``seed`` does."""
    data = sampling(UNIT, method=Method.RANDOM, seed=3).to_dict()
    new = Sampling.from_dict(data).draw(4)
    del data["spawn_key"]
    old = Sampling.from_dict(data).draw(4)
    assert old == [np.random.default_rng(3).random(4).tolist()]
    assert new == [np.random.default_rng(np.random.SeedSequence(3, spawn_key=DESIGN_KEY)).random(4).tolist()]


@given(st.sampled_from([Method.SOBOL, Method.HALTON]), st.integers(1, 5), st.integers(1, 12), st.integers(1, 12))
def test_replicates_go_on_where_they_ended(method: Method, replicates: int, few: int, many: int) -> None:
    few, many = sorted((few, many))
    source = sampling(UNIT, UNIT, method=method, replicates=replicates)
    first, all_of_them = source.draw(few * replicates), source.draw(many * replicates)
    assert [column[: few * replicates] for column in all_of_them] == first


@pytest.mark.parametrize("method", list(Method))
def test_each_replicate_is_a_sample_of_its_own(method: Method) -> None:
    """Each fills the interval evenly by itself, if the method does; no two have a point in common."""
    (column,) = sampling(UNIT, method=method, replicates=3).draw(3 * 16)
    samples = np.reshape(column, (16, 3)).T
    assert len(set(column)) == len(column)
    if method in (Method.SOBOL, Method.LATIN_HYPERCUBE):
        assert all(sorted(np.floor(own * 16)) == list(range(16)) for own in samples)


def test_replicates_are_written_if_there_are_several() -> None:
    several = sampling(UNIT, replicates=3)
    assert Sampling.from_dict(json.loads(json.dumps(several.to_dict()))) == several
    assert "replicates" not in sampling(UNIT).to_dict()
    for replicates in (0, 10**9):
        with pytest.raises(FormatError, match="replicates"):
            Sampling.from_dict(several.to_dict() | {"replicates": replicates})
        with pytest.raises(OverrideError, match=r"sample\.replicates is"):
            sampling(UNIT, replicates=replicates).draw(4)
