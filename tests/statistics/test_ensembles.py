"""Statistics of collected Datasets, and the accessor ``ds.mc``."""

import json
import warnings

import numpy as np
import pytest
import xarray as xr

import sweeprun.mc  # noqa: F401  # registers the accessor
from sweeprun.errors import UsageError
from sweeprun.statistics.ensembles import are_independent, ensemble_statistics, is_proportion, paired
from sweeprun.statistics.not_finite import NanPolicy
from tests.statistics.results import collected, drawn


def dataset(*, shared_by: list[str] | None = None) -> xr.Dataset:
    rng = np.random.default_rng(0)
    common = rng.normal(size=50)
    loss = np.stack([common + 0.1 * rng.normal(size=50) + lr for lr in (0.0, 1.0)])
    loss[0, 7] = np.nan
    state = np.where(np.isnan(loss), "failed", "succeeded")
    return xr.Dataset(
        {
            "loss": (("lr", "seed"), loss, {"units": "J"}),
            "ok": (("lr", "seed"), (loss > 0).astype(float), {"recorded_type": "bool"}),
            "curve": (("lr", "seed", "t"), loss[..., None] + np.arange(3.0)),
            "name": (("lr", "seed"), np.full((2, 50), "a")),
        },
        {"lr": [0.1, 0.01], "seed": np.arange(50), "state": (("lr", "seed"), state)},
        {"streams": json.dumps({"root_seed": None, "shared_by": shared_by})},
    )


def test_every_number_has_its_statistics_at_every_point() -> None:
    found = ensemble_statistics(dataset(), probabilities=[0.5])
    assert set(found.data_vars) == {
        each + tail for each in ("loss", "ok", "curve") for tail in ("", "_quantile", "_quantile_sem")
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
        (lambda: dataset().mc.statistics(interval="wilson"), "loss: an interval of a proportion"),
        (lambda: dataset().mc.paired("lr", 0.1, 5), "lr has no value 5; it has 0.1, 0.01"),
        (lambda: dataset().mc.paired("batch", 1, 2), "no axis 'batch' to compare along; axes: lr, t"),
        (lambda: dataset().mc.paired("seed", 1, 2), "no axis 'seed' to compare along"),
        (lambda: dataset().mc.paired("t", 0, 3, over="seed"), "t has no value 3; it has 0 to 2"),
        (lambda: dataset().mc.paired("t", 0.5, 1, over="seed"), "t has no value 0.5"),
        (lambda: dataset().mc.paired("lr", 0.1, 0.01, level=2), "--level is 2"),
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


def test_truth_values_stay_proportions_if_some_are_missing() -> None:
    assert is_proportion(dataset().ok)
    assert is_proportion(xr.DataArray([True]))
    assert not is_proportion(dataset().loss)


def test_common_random_numbers_make_a_difference_smaller() -> None:
    shared = dataset(shared_by=["seed"]).mc.paired("lr", 0.1, 0.01)
    apart = dataset().mc.paired("lr", 0.1, 0.01)
    assert (shared.attrs["streams_shared"], apart.attrs["streams_shared"]) == ("True", "False")
    assert shared.loss.sel(statistic="n") == 49
    assert np.isclose(shared.loss.sel(statistic="mean"), -1, atol=0.1)
    ratio = (apart.loss.sel(statistic="sem") / shared.loss.sel(statistic="sem")) ** 2
    assert np.isclose(ratio, shared.loss.sel(statistic="variance_reduction"), rtol=0.1)
    assert ratio > 30
    assert shared.loss.sel(statistic="correlation") > 0.95
    assert np.isnan(apart.loss.sel(statistic="correlation"))
    assert shared.loss.attrs["streams_shared"] == "True"
    assert paired(dataset(), "lr", 0.1, 0.01, shared=True).attrs["streams_shared"] == "True"


@pytest.mark.parametrize(
    ("shared_by", "shared"), [(None, False), (["seed"], True), (["lr"], False), (["seed", "lr"], False), ([], False)]
)
def test_streams_are_shared_if_the_members_share_them_and_the_compared_do_not(
    shared_by: list[str] | None, shared: bool
) -> None:
    found = dataset(shared_by=shared_by).mc.paired("lr", 0.1, 0.01)
    assert found.attrs["streams_shared"] == str(shared)


@pytest.mark.parametrize(
    ("shared_by", "over", "independent"),
    [
        (None, ["lr", "seed"], True),
        (["seed"], ["seed"], True),
        (["seed"], ["lr", "seed"], False),
        (["lr"], ["seed"], False),
    ],
)
def test_members_that_share_streams_are_not_independent(
    shared_by: list[str] | None, over: list[str], independent: bool
) -> None:
    ensemble = dataset(shared_by=shared_by)
    assert are_independent(ensemble, over) is independent
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = ensemble.mc.statistics(over)
        ensemble.mc.target("sem(loss)<1", over)
    assert found.attrs["members_independent"] == str(independent)
    assert [str(one.message).partition(" (")[0] for one in told] == (
        [] if independent else [f"members along {', '.join(over)} share random streams"] * 2
    )


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
    assert np.isnan(found.x_quantile[1]).all()
    assert np.isnan(found.x_quantile_sem[1]).all()
    assert np.isfinite(found.x_quantile[0]).all()
    difference = paired(diverged(), "lr", 0.1, 1.0, nan=NanPolicy.PROPAGATE)
    assert np.isnan(difference.x.sel(statistic=["mean", "sem", "low", "high"])).all()
    assert np.isfinite(difference.fine.sel(statistic=["mean", "sem"])).all()


def test_results_that_are_not_finite_are_refused_if_they_are_to_be() -> None:
    for refused in (
        lambda: ensemble_statistics(diverged(), nan=NanPolicy.RAISE),
        lambda: paired(diverged(), "lr", 0.1, 1.0, nan=NanPolicy.RAISE),
    ):
        with pytest.raises(UsageError, match="nan=raise refuses them"):
            refused()
    assert "fine" in ensemble_statistics(diverged(), nan=NanPolicy.RAISE, variables=["fine"])
