"""Statistics of collected Datasets, and the accessor ``ds.mc``."""

import json

import numpy as np
import pytest
import xarray as xr

import sweeprun.mc  # noqa: F401  # registers the accessor
from sweeprun.errors import UsageError
from sweeprun.statistics.ensembles import QUANTILES, ensemble_statistics
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.not_finite import NanPolicy
from tests.statistics.results import collected, dataset, drawn


def test_every_number_has_its_statistics_at_every_point() -> None:
    found = ensemble_statistics(dataset(), probabilities=[0.5])
    assert set(found.data_vars) == {
        each + tail for each in ("loss", "ok", "curve") for tail in ("", *(f"_{one}" for one in QUANTILES))
    }
    assert found.loss.dims == ("statistic", "lr")
    assert found.curve.dims == ("statistic", "lr", "t")
    assert found.loss.sel(statistic="n").values.tolist() == [49, 50]
    values = dataset().loss.values
    assert np.allclose(found.loss.sel(statistic="mean"), np.nanmean(values, axis=1))
    assert np.allclose(found.loss_quantile.sel(quantile=0.5), np.nanmedian(values, axis=1))
    assert found.loss.attrs == {"units": "J", "interval": "student, level 0.95"}
    assert found.ok.attrs["interval"] == "wilson, level 0.95"
    assert found.ok.sel(statistic="successes").values.tolist() == np.nansum(values > 0, axis=1).tolist()
    assert np.isnan(found.loss.sel(statistic="successes")).all()
    assert found.lr.values.tolist() == [0.1, 0.01]


def test_over_several_axes_and_of_some_variables() -> None:
    found = ensemble_statistics(dataset(), ("lr", "seed"), variables=["loss"])
    assert list(found.data_vars) == ["loss"]
    assert found.loss.dims == ("statistic",)
    assert np.isclose(found.loss.sel(statistic="mean"), np.nanmean(dataset().loss))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ensemble_statistics(dataset(), "member"), "no axis 'member' .* axes: lr, seed, t"),
        (lambda: ensemble_statistics(dataset().rename(seed="s")), "neither 'member' nor 'seed'"),
        (lambda: ensemble_statistics(dataset()[["name"]]), "no variable of numbers"),
        (lambda: ensemble_statistics(dataset(), variables=["name"]), "'name' of numbers; there are: loss, ok, curve"),
        (
            lambda: ensemble_statistics(dataset().assign(z=dataset()["loss"] * 1j), variables=["z"]),
            r"'z' of numbers \(it has complex numbers, whose real and imaginary parts",
        ),
        (lambda: dataset().mc.statistics(interval="wilson"), "loss: an interval of a proportion"),
        (lambda: dataset().mc.statistics(over=[]), "None is named; axes: lr, seed, t"),
        (dataset().rename(t="statistic").mc.statistics, "curve has an axis 'statistic' of its own"),
        (lambda: dataset().rename(t="quantile").mc.statistics(quantiles=[0.5]), "curve has an axis 'quantile'"),
        (lambda: dataset().rename(ok="loss_quantile").mc.statistics(quantiles=[0.5]), "'loss_quantile' would be both"),
        (lambda: dataset().mc.target("sem(name)<1"), "no variable 'name' of numbers"),
    ],
)
def test_what_is_not_there_is_told(call: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()  # type: ignore[operator]


def test_an_axis_named_twice_is_one() -> None:
    assert ensemble_statistics(dataset(), ["seed", "seed"]).equals(ensemble_statistics(dataset(), "seed"))


def steps(count: int = 100) -> xr.Dataset:
    """What three tasks returned: a chain each."""
    chains = np.random.default_rng(3).normal(size=(3, count)).cumsum(axis=1)
    return xr.Dataset(
        {"x": (("seed", "t"), chains), "y": ("seed", chains[:, 0])},
        {"seed": range(3), "task_id": ("seed", range(3)), "state": ("seed", ["succeeded"] * 3)},
        {"streams": json.dumps({"root_seed": None, "shared_by": None})},
    )


def test_values_that_depend_on_each_other_have_no_error() -> None:
    found = ensemble_statistics(steps(), "t", probabilities=[0.5])
    assert np.isfinite(found.x.sel(statistic=["n", "mean", "std"])).all()
    assert np.isnan(found.x.sel(statistic=["sem", "low", "high", "n_effective"])).all()
    assert np.isnan([found.x_quantile_low, found.x_quantile_high, found.x_quantile_sem]).all()
    assert (found.attrs["members_independent"], found.x.attrs["interval"]) == ("False", "none")
    assumed = ensemble_statistics(steps(), "t", independent=True)
    assert np.isfinite(assumed.x.sel(statistic=["sem", "low", "high"])).all()
    assert assumed.attrs["members_independent"] == "assumed"


def test_steps_of_a_chain_have_the_error_of_batches() -> None:
    found = ensemble_statistics(steps(), "t", kind=IntervalKind.BATCHES).x
    student = ensemble_statistics(steps(), "t", independent=True).x
    assert (found.sel(statistic="sem") > 2 * student.sel(statistic="sem")).all()
    ratio = (found.sel(statistic="std") / found.sel(statistic="sem")) ** 2
    assert np.allclose(found.sel(statistic="n_effective"), ratio)
    with pytest.raises(UsageError, match=r"batches are of the steps of a chain.* --over is seed"):
        ensemble_statistics(steps(), "seed", kind=IntervalKind.BATCHES)


def test_members_count_once_with_the_mean_of_their_steps() -> None:
    data = steps()
    found = ensemble_statistics(data, ["seed", "t"])
    xr.testing.assert_allclose(found.x.drop_attrs(), ensemble_statistics(data.mean("t"), "seed").x.drop_attrs())
    assert found.x.attrs["averaged_over"] == "t"
    assert found.x.sel(statistic="n") == 3


def test_zeros_and_ones_are_proportions_unless_the_user_says_otherwise() -> None:
    """None of 30 members is 1: the mean may still be .11."""
    data = dataset().isel(seed=slice(0, 30)).assign(hits=(("lr", "seed"), np.zeros((2, 30), int)))
    found = ensemble_statistics(data, variables=["hits"]).hits
    assert found.attrs["taken_for"] == "all values are 0 or 1: a proportion"
    assert np.allclose(found.sel(statistic="high"), 0.1135, atol=1e-4)
    assert found.sel(statistic="successes").values.tolist() == [0, 0]
    student = ensemble_statistics(data, variables=["hits"], kind=IntervalKind.STUDENT).hits
    assert student.sel(statistic="high").values.tolist() == [0, 0]
    assert "taken_for" not in student.attrs


def test_large_integers_and_times_keep_their_spread() -> None:
    data = dataset().isel(seed=slice(0, 10))
    data = data.assign(big=(("lr", "seed"), 2**62 + np.arange(20).reshape(2, 10)))
    found = ensemble_statistics(data, variables=["big"]).big
    assert np.allclose(found.sel(statistic="std"), 3.0276503540974917)


def diverged() -> xr.Dataset:
    """Nine members at two points; at the second three returned NaN, at the first one is infinite."""
    x = drawn()
    x[1, :3] = np.nan
    x[0, 2] = np.inf
    return collected(x=x, fine=drawn())


def test_results_that_are_not_finite_are_counted_beside_the_values() -> None:
    found = ensemble_statistics(diverged())
    assert found.x.sel(statistic=["n", "nan", "infinite"]).values.tolist() == [[9, 6], [0, 3], [1, 0]]
    assert found.x.sel(statistic="mean").values.tolist() == [np.inf, pytest.approx(diverged().x[1].mean().item())]
    assert np.isnan(found.x.sel(statistic=["std", "sem"])[:, 0]).all()
    assert (found.fine.sel(statistic=["nan", "infinite"]) == 0).all()


def test_nan_makes_the_statistics_of_its_point_nan_if_it_is_to() -> None:
    found = ensemble_statistics(diverged(), nan=NanPolicy.PROPAGATE, probabilities=[0.5])
    assert found.x.sel(statistic=["n", "nan"])[:, 1].values.tolist() == [6, 3]
    assert np.isnan(found.x.sel(statistic=["mean", "std", "sem", "low", "high"])[:, 1]).all()
    assert np.isfinite(found.x_quantile[0]).all()
    assert all(np.isnan(found[f"x_{tail}"][1]).all() for tail in QUANTILES)


def test_results_that_are_not_finite_are_refused_if_they_are_to_be() -> None:
    with pytest.raises(UsageError, match="--nan raise refuses them"):
        ensemble_statistics(diverged(), nan=NanPolicy.RAISE)
    assert "fine" in ensemble_statistics(diverged(), nan=NanPolicy.RAISE, variables=["fine"])


def test_nan_and_infinite_results_are_counted_where_members_count_once_with_their_mean() -> None:
    x = drawn(2, 9, 20)
    x[0, 3, :5], x[1, 2, 7] = np.nan, np.inf
    found = ensemble_statistics(collected(x=x), ["member", "t"])
    assert found.x.sel(statistic=["n", "nan", "infinite"]).values.tolist() == [[9, 9], [5, 0], [0, 1]]
    assert np.isfinite(found.x[:, 0].sel(statistic=["mean", "sem", "low", "high"])).all()
    assert np.isnan(found.x[:, 1].sel(statistic=["sem", "low", "high"])).all()
    propagated = ensemble_statistics(collected(x=x), ["member", "t"], nan=NanPolicy.PROPAGATE)
    assert np.isnan(propagated.x.sel(statistic=["mean", "sem", "n_effective"])[:, 0]).all()


def test_an_infinite_result_leaves_the_others_proportions() -> None:
    hits = np.tile([0.0, 1.0, np.nan], (2, 3))
    hits[1, 0] = np.inf
    found = ensemble_statistics(collected(hit=hits)).hit
    assert found.attrs["interval"] == "wilson, level 0.95"
    assert found.sel(statistic=["n", "successes", "nan", "infinite"]).values.T.tolist() == [[6, 3, 3, 0], [6, 3, 3, 1]]
    assert np.isfinite(found.sel(statistic=["low", "high"])[:, 0]).all()
    assert np.isnan(found.sel(statistic=["low", "high"])[:, 1]).all()


def test_steps_of_a_chain_that_are_not_finite_are_counted_or_leave_no_error() -> None:
    x = drawn(2, 1, 200)
    x[0, 0, ::7], x[1, 0, 3] = np.nan, np.inf
    found = ensemble_statistics(collected(x=x), "t", kind=IntervalKind.BATCHES).x.squeeze()
    assert found.sel(statistic="nan").values.tolist() == [29, 0]
    assert np.isfinite(found[:, 0].sel(statistic=["sem", "low", "high", "n_effective"])).all()
    assert np.isnan(found[:, 1].sel(statistic=["sem", "low", "high", "n_effective"])).all()


def test_quantiles_of_truth_values_lie_between_0_and_1() -> None:
    found = ensemble_statistics(collected(x=drawn(2, 9) > 0, y=drawn(2, 9)), "member", probabilities=[0.95])
    assert set(found.x_quantile_high.values.ravel()) == {1.0}
    assert set(found.x_quantile_low.values.ravel()) <= {0.0, 1.0}
    assert np.isinf(found.y_quantile_high).all()
