"""The accessor ``ds.mc``."""

import json
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
import xarray as xr

import sweeprun.mc  # noqa: F401  # registers the accessor
from sweeprun.errors import UsageError
from sweeprun.statistics.comparisons import paired
from sweeprun.statistics.ensembles import ensemble_statistics
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.interim import look_at
from sweeprun.statistics.targets import Target
from sweeprun.wording import PYTHON, speaking


@pytest.fixture(autouse=True)
def door() -> Iterator[None]:
    """The accessor is Python's."""
    with speaking(PYTHON):
        yield


def dataset(*, shared_by: list[str] | None = None, members: str = "seed") -> xr.Dataset:
    x = np.random.default_rng(0).normal([[0.0], [1.0]], size=(2, 20))
    return xr.Dataset(
        {"x": (("lr", members), x)},
        {
            "lr": [0.1, 0.01],
            members: np.arange(20),
            "state": (("lr", members), np.full(x.shape, "succeeded")),
            "task_id": (("lr", members), np.arange(40).reshape(2, 20)),
        },
        {"streams": json.dumps({"root_seed": None, "shared_by": shared_by})},
    )


@pytest.mark.parametrize("members", ["seed", "member"])
def test_statistics_are_over_the_members(members: str) -> None:
    data = dataset(members=members)
    found = data.mc.statistics()
    xr.testing.assert_identical(found, ensemble_statistics(data, members))
    assert found["x"].sel(statistic="mean").values.tolist() == pytest.approx(data["x"].mean(members).values.tolist())


def test_options_are_those_of_the_command_line() -> None:
    data = dataset()
    found = data.mc.statistics("seed", interval="bootstrap", level=0.5, quantiles=[0.25], seed=3)
    expected = ensemble_statistics(data, "seed", kind=IntervalKind.BOOTSTRAP, level=0.5, probabilities=[0.25], seed=3)
    xr.testing.assert_identical(found, expected)
    assert found["x"].attrs["interval"] == "bootstrap, level 0.5"


def test_two_values_of_an_axis_are_compared_member_by_member() -> None:
    data = dataset(shared_by=["seed"])
    found = data.mc.paired("lr", 0.1, 0.01, level=0.9)
    xr.testing.assert_identical(found, paired(data, "lr", 0.1, 0.01, level=0.9))
    apart = data.mc.paired("lr", 0.1, 0.01, shared=False)
    assert np.isclose(apart["x"].sel(statistic="mean"), found["x"].sel(statistic="mean"))
    assert (apart["x"].attrs["streams_shared"], found["x"].attrs["streams_shared"]) == ("False", "True")


def test_a_target_is_looked_at() -> None:
    look = dataset().mc.target("sem(x)<0.01", level=0.9)
    same = look_at(dataset(), Target.parse("sem(x)<0.01", 0.9))
    assert (look.open_points, look.more) == (same.open_points, same.more) == (2, same.more)
    assert dataset().mc.target("sem(x)<9").open_points == 0


def test_members_that_share_streams_are_warned_of_where_they_are_asked_for() -> None:
    data = dataset(shared_by=["lr"])
    for call in (lambda: data.mc.statistics("seed"), lambda: data.mc.paired("lr", 0.1, 0.01)):
        with pytest.warns(UserWarning, match="tasks along seed share random streams .* no error of their mean") as told:
            call()
        assert [warning.filename for warning in told] == [__file__]
    with pytest.raises(UsageError, match=r"sem\(x\)<1.0: tasks along seed share random streams"):
        data.mc.target("sem(x)<1", "seed")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dataset().mc.statistics("seed")
        dataset().mc.paired("lr", 0.1, 0.01)
        data.mc.statistics("seed", independent=True)
        assert data.mc.target("sem(x)<9", "seed", independent=True).open_points == 0


def test_a_dataset_that_does_not_say_where_it_comes_from_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="whether members are independent is not known"):
        found = dataset().drop_attrs().mc.statistics("seed")
    assert found.attrs["members_independent"] == "unknown"
    assert np.isfinite(found.x).sel(statistic="sem").all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"interval": "t"}, "student, normal, bootstrap, wilson"),
        ({"level": 1.0}, "level is 1"),
        ({"quantiles": [2]}, "2"),
        ({"over": "batch"}, "no axis 'batch'"),
    ],
)
def test_options_that_are_wrong_are_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        dataset().mc.statistics(**options)


def test_a_target_that_cannot_be_read_is_named() -> None:
    with pytest.raises(UsageError, match=r"mean\(x\)<1"):
        dataset().mc.target("mean(x)<1")


def test_the_steps_of_a_chain_have_the_error_of_batches() -> None:
    data = dataset().assign(chain=(("lr", "seed", "t"), np.random.default_rng(1).normal(size=(2, 20, 640))))
    with pytest.warns(UserWarning, match=r"no error of their mean; .* interval='batches' gives one"):
        data.mc.statistics("t")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = data.mc.statistics("t", interval="batches")
    assert np.isfinite(found.chain).sel(statistic="sem").all()


def test_replicates_of_a_sample_are_not_warned_of() -> None:
    joint = [{"name": "seed", "axes": ["u"], "first": 0, "sampling": {"method": "sobol", "seed": 0, "sources": []}}]
    manifest = json.dumps({"blocks": [{"first_id": 0, "design": {"axes": [], "joint": joint}}]})
    data = dataset().assign_attrs(manifest=manifest)
    with pytest.warns(UserWarning, match=r"sample\.replicates=10"):
        data.mc.statistics("seed")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = data.assign_coords(replicate=("seed", np.arange(20) % 4)).mc.statistics("seed")
    assert found.x.sel(statistic="n").values.tolist() == [4, 4]


def test_nan_and_equal_members_are_warned_of_where_they_are_asked_for() -> None:
    data = dataset()
    data["x"][1] = 0.30000000000000004
    data["x"][0, :3] = np.nan
    data = data.assign_coords(task_id=(("lr", "seed"), np.arange(40).reshape(2, 20))).assign_attrs(not_given="{}")
    for ask in (
        data.mc.statistics,
        lambda: data.mc.target("sem(x)<9"),
        lambda: data.mc.paired("lr", 0.1, 0.01),
    ):
        with pytest.warns(UserWarning, match="x") as told:
            ask()
        assert {warning.filename for warning in told} == {__file__}
        nan, equal = (str(warning.message) for warning in told)
        assert nan == "x: 3 of 40 results are NaN, and left out: lr=0.1 (3 of 20)"
        assert equal.startswith("x is equal to the bit in all 20 members at 1 of 2 points (lr=0.01)")


def test_what_becomes_of_nan_can_be_chosen() -> None:
    data = dataset().assign_attrs(not_given="{}")
    data["x"][0, :3] = np.nan
    with pytest.warns(UserWarning, match="3 of 40 results are NaN, and so are the statistics there"):
        assert np.isnan(data.mc.statistics(nan="propagate")["x"].sel(statistic="mean", lr=0.1))
    with pytest.warns(UserWarning, match="3 of 40"):
        assert data.mc.target("sem(x)<9", nan="propagate").undetermined_points == 1
    for refused in (
        lambda: data.mc.statistics(nan="raise"),
        lambda: data.mc.target("sem(x)<9", nan="raise"),
        lambda: data.mc.paired("lr", 0.1, 0.01, nan="raise"),
    ):
        with pytest.raises(UsageError, match=r"3 of (40|20) results are NaN"):
            refused()
    with pytest.raises(UsageError, match="nan is 'skip'; take one of omit, propagate, raise"):
        data.mc.statistics(nan="skip")


def test_members_that_are_all_0_are_warned_of_where_they_are_asked_for() -> None:
    data = dataset()
    data["x"][1] = 0
    for ask in (
        data.mc.statistics,
        lambda: data.mc.target("sem(x)<9"),
        lambda: data.mc.paired("lr", 0.1, 0.01),
    ):
        with pytest.warns(UserWarning, match=r"x is 0 in all 20 members at 1 of 2 points \(lr=0\.01\)") as told:
            ask()
        assert [warning.filename for warning in told] == [__file__]


def test_errors_are_in_words_of_python() -> None:
    data = dataset()
    data["x"][0, 0] = np.nan
    for ask, message in (
        (lambda: data.mc.statistics(nan="raise"), "nan='raise' refuses them; nan='omit' leaves NaN out"),
        (lambda: data.mc.statistics(level=95), "^level is 95; it must lie between 0 and 1"),
        (lambda: data.mc.statistics(quantiles=5), "^quantiles has 5"),
        (lambda: data.mc.statistics(interval="batches"), "; over is seed$"),
        (lambda: data.mc.statistics(interval="welch"), "^interval is 'welch'; take one of student, normal"),
        (lambda: data.mc.paired("lr", 0.1, 0.01, interval="welch"), "^interval is 'welch'; take one of student, newc"),
        (lambda: data.mc.statistics(level="0.9"), "^level is '0.9'; it must lie between 0 and 1"),
        (lambda: data.mc.statistics(quantiles=["a"]), "^quantiles has 'a'; a quantile lies between"),
        (lambda: data.mc.statistics(quantiles=[0.5, 0.5]), "^quantiles has 0.5 twice"),
        (lambda: data.mc.statistics(interval="bootstrap", seed=-1), "^seed is -1; it must be a whole number"),
        (lambda: data.mc.statistics(seed=1.5), "^seed is 1.5; it must be a whole number"),
        (lambda: data.mc.statistics(over=3), "^over is 3; it must be the name of an axis"),
        (lambda: data.mc.statistics(variables="y"), "no variable 'y' of numbers; there are: x"),
        (lambda: data.mc.target(3), "^3 is no target"),
        (lambda: data.mc.paired("lr", [0.1], 0.01), r"lr has no value \[0.1\]"),
        (lambda: data.mc.paired("lr", 0.1, 0.1), "^lr=0.1 is compared with itself"),
        (lambda: data.mc.target("sem(x)<1", interval="bootstrap"), "^interval='bootstrap' can't be that of a target"),
    ):
        with pytest.raises(UsageError, match=message):
            ask()


def test_a_single_quantile_needs_no_list() -> None:
    xr.testing.assert_identical(dataset().mc.statistics(quantiles=0.5), dataset().mc.statistics(quantiles=[0.5]))


def test_complex_numbers_and_dates_are_not_left_out_without_a_word() -> None:
    data = dataset()
    data = data.assign(z=data["x"] * 1j, day=data["x"].astype("datetime64[s]"), text=data["x"].astype(str))
    with pytest.warns(UserWarning, match="so left out") as told:
        assert list(data.mc.statistics()) == ["x"]
    assert [str(warning.message).rpartition(": ")[2] for warning in told] == ["z", "day"]
    assert {warning.filename for warning in told} == {__file__}


@pytest.mark.parametrize("dim", ["lr", "seed"])
def test_what_has_no_points_or_no_members_has_no_statistics(dim: str) -> None:
    data = dataset().isel({dim: slice(0, 0)})
    found = data.mc.statistics(quantiles=[0.5])
    assert found["x"].sizes == {"statistic": 10, "lr": data.sizes["lr"]}
    assert np.isnan(found["x"].sel(statistic=["mean", "std", "sem", "low", "high"])).all()
    assert (data.mc.target("sem(x)<1").value.values != 0).all()
    assert data.mc.statistics(["lr", "seed"])["x"].sel(statistic="n") == 0


def test_quantiles_of_means_are_told_from_those_of_results() -> None:
    data = dataset(shared_by=["seed"])
    with pytest.warns(UserWarning, match=r"each seed counts once|are those of means") as told:
        data.mc.statistics(["lr", "seed"], quantiles=[0.05, 0.95])
    assert str(told[1].message) == (
        "standard deviations and quantiles are those of means over lr, not of single results"
    )
    with pytest.warns(UserWarning, match=r"each seed counts once|are those of means") as told:
        data.mc.statistics(["lr", "seed"])
    assert len(told) == 1


def test_variables_may_be_chosen() -> None:
    data = dataset().assign(y=lambda data: 2 * data.x, name=(("lr", "seed"), np.full((2, 20), "a")))
    assert list(data.mc.statistics(variables="y").data_vars) == ["y"]
    assert list(data.mc.statistics(variables=["y", "x"]).data_vars) == ["y", "x"]
    data["hit"] = (data.x > 0).astype(int)
    told = r"^x: an interval of a proportion .*; of others it can be had: variables=\['hit'\]"
    with speaking(PYTHON), pytest.raises(UsageError, match=told):
        data.mc.statistics(interval="wilson")


def test_what_the_run_noted_of_generators_is_warned_of() -> None:
    line = "f draws from study.rng, of which every worker has a copy"
    data = dataset().assign_attrs(generator_warnings=json.dumps([line]))
    for ask in (
        data.mc.statistics,
        lambda: data.mc.target("sem(x)<9"),
        lambda: data.mc.paired("lr", 0.1, 0.01),
    ):
        with pytest.warns(UserWarning, match=line) as told:
            ask()
        assert [warning.filename for warning in told] == [__file__]
    for unreadable in ("{", "3", "[3]"):
        data.assign_attrs(generator_warnings=unreadable).mc.statistics()


def test_short_chains_are_warned_of() -> None:
    data = dataset().isel(seed=0).expand_dims(t=np.arange(20.0)).transpose("lr", "t")
    data = data.assign(x=data.x + np.random.default_rng(1).normal(size=(2, 20)))
    data = data.assign_coords(state=("lr", ["succeeded"] * 2), task_id=("lr", [0, 1]))
    with pytest.warns(UserWarning, match="fewer than 50 effective values: x; intervals of such short chains"):
        data.mc.statistics("t", interval="batches")
    with pytest.warns(UserWarning, match="so there is no error of their mean") as told:
        data.mc.paired("lr", 0.1, 0.01, over="t")
    assert not any("batches" in str(warning.message) for warning in told)


def test_counts_are_no_proportions_where_only_0_and_1_are_compared() -> None:
    data = dataset().assign(n=(("lr", "seed"), np.tile([0, 1], (2, 10))))
    with pytest.warns(UserWarning, match=r"n: all values are 0 or 1: a proportion; interval='student' takes them"):
        assert data.mc.paired("lr", 0.1, 0.01).n.attrs["interval"].startswith("newcombe")
    third = data.isel(lr=[0]).assign_coords(lr=[5.0])
    third["n"] = third.n + 2
    data = xr.concat([data, third], "lr", combine_attrs="override")
    assert data.mc.paired("lr", 0.1, 0.01).n.attrs["interval"].startswith("student")


def test_nan_is_counted_of_both_sides_of_a_difference() -> None:
    data = dataset()
    data["x"][0, 0] = data["x"][1, 3] = np.nan
    with pytest.raises(UsageError, match="x: 2 of 40 values are NaN"):
        data.mc.paired("lr", 0.1, 0.01, nan="raise")
