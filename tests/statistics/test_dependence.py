"""Whether members are independent, and what counts if they are not."""

import json
from typing import Any

import numpy as np
import pytest
import xarray as xr

from sweeprun.design.sampling import Interval, Method, Sampling
from sweeprun.statistics.dependence import Independence, Members, are_independent, members_along, streams_are_shared
from sweeprun.statistics.moments import moments
from tests.statistics.results import collected, drawn


def dataset(shared_by: list[str] | None = None, method: str | None = None, **attrs: Any) -> xr.Dataset:
    """A variable ``x`` over the axes ``lr`` and ``seed`` and the own dimension ``t``."""
    x = np.random.default_rng(0).normal(size=(3, 4, 5))
    streams = {"streams": json.dumps({"root_seed": None, "shared_by": shared_by})}
    if method is not None:
        joint = [{"name": "seed", "axes": ["u"], "first": 0, "sampling": {"method": method, "seed": 0, "sources": []}}]
        attrs["manifest"] = json.dumps({"blocks": [{"first_id": 0, "design": {"axes": [], "joint": joint}}]})
    return xr.Dataset(
        {"x": (("lr", "seed", "t"), x), "ok": (("lr", "seed"), x[..., 0] > 0)},
        {"lr": [1, 2, 3], "seed": range(4), "task_id": (("lr", "seed"), np.arange(12).reshape(3, 4))},
        streams | attrs,
    )


@pytest.mark.parametrize(
    ("shared_by", "over", "independent"),
    [
        (None, ["lr", "seed"], True),
        (["seed"], ["seed"], True),
        (["seed"], ["lr", "seed"], False),
        (["lr"], ["seed"], False),
        ([], ["seed"], False),
    ],
)
def test_members_that_share_streams_are_not_independent(
    shared_by: list[str] | None, over: list[str], independent: bool
) -> None:
    assert are_independent(dataset(shared_by), over) is independent


@pytest.mark.parametrize(
    ("method", "independence"),
    [("sobol", "False"), ("halton", "False"), ("latin_hypercube", "False"), ("random", "True")],
)
def test_points_that_were_chosen_together_are_not_independent(method: str, independence: str) -> None:
    members = members_along(dataset(method=method), ["seed"])
    assert members.independence.value == independence
    assert members.have_no_error is (independence == "False")
    assert (method in members.note) is (independence == "False")


def test_what_one_task_returned_counts_once() -> None:
    data = dataset()
    members = members_along(data, ["seed", "t"])
    assert (members.apart, members.together) == (("seed",), ("t",))
    dims, samples = members.samples_of(data.x)
    assert dims == ("lr",)
    assert np.allclose(samples, data.x.mean("t"))
    assert "each seed counts once, with its mean over t" in members.note
    alone = members_along(data, ["t"])
    assert alone.have_no_error
    assert alone.are_steps
    assert alone.samples_of(data.x)[1].shape == (3, 4, 5)
    assert "come from one task each" in alone.note


def test_members_that_share_streams_count_once() -> None:
    data = dataset(shared_by=["seed"])
    members = members_along(data, ["lr", "seed"])
    assert np.allclose(members.samples_of(data.ok)[1], data.ok.mean("lr"))
    assert "tasks along lr share random streams" in members.note


def joined(data: xr.Dataset) -> xr.Dataset:
    return xr.concat([data, data], "seed", join="outer")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (dataset().drop_attrs(), "doesn't say which random streams"),
        (dataset(streams="?"), "doesn't say which random streams"),
        (dataset(streams="3"), "doesn't say which random streams"),
        (dataset().drop_vars("task_id"), "has no task_id"),
        (joined(dataset()), "task 0 is there more than once along seed"),
    ],
)
def test_what_a_dataset_does_not_say_is_unknown(data: xr.Dataset, why: str) -> None:
    members = members_along(data[["ok"]], ["seed"])
    assert members.independence is Independence.UNKNOWN
    assert why in members.note
    assert not members.have_no_error


def test_parts_of_a_run_put_together_again_are_independent() -> None:
    data = dataset()
    halves = xr.concat([data.isel(seed=slice(0, 2)), data.isel(seed=slice(2, 4))], "seed")
    assert members_along(halves, ["seed"]).independence is Independence.YES
    outer = xr.concat([data.isel(lr=[0]), data.isel(seed=[1])], "lr", join="outer")  # some tasks are missing
    assert members_along(outer.isel(lr=[0]), ["seed"]).independence is Independence.YES


def test_who_knows_better_says_so() -> None:
    members = members_along(dataset(method="sobol"), ["seed", "t"], independent=True)
    assert (members.independence, members.note, members.together) == (Independence.ASSUMED, "", ())


@pytest.mark.parametrize("manifest", ['{"sampling": 1}', '{"blocks": [{"design": 3}], "sampling": 1}', '{"sampling"'])
def test_a_manifest_that_makes_no_sense_says_nothing(manifest: str) -> None:
    assert are_independent(dataset(manifest=manifest), ["seed"])


@pytest.mark.parametrize(
    ("shared_by", "shared"), [(None, False), (["seed"], True), (["lr"], False), (["seed", "lr"], False), ([], False)]
)
def test_streams_are_shared_if_the_members_share_them_and_the_compared_do_not(
    shared_by: list[str] | None, shared: bool
) -> None:
    assert streams_are_shared(dataset(shared_by), "lr", ["seed"]) is shared


def replicated(count: int) -> xr.Dataset:
    """A sample of 4 points at each place of ``lr``, of so many replicates."""
    return dataset(method="halton").assign_coords(replicate=("seed", np.arange(4) % count))


def test_replicates_of_a_sample_are_independent() -> None:
    data = replicated(2)
    members = members_along(data, ["seed"])
    assert (members.counted, members.have_no_error, members.averaged_over) == (("replicate",), False, ("seed",))
    dims, samples = members.samples_of(data.x[..., 0])
    values = data.x.values[..., 0]
    assert dims == ("lr",)
    assert np.allclose(samples, np.stack([values[:, ::2].mean(axis=1), values[:, 1::2].mean(axis=1)], axis=-1))
    assert "each replicate counts once, with its mean over seed" in members.note


def test_members_of_one_replicate_have_their_points_in_common() -> None:
    data = replicated(2)
    members = members_along(data, ["lr", "seed", "t"])
    _, samples = members.samples_of(data.x)
    values = data.x.values
    assert np.allclose(samples, [values[:, ::2].mean(), values[:, 1::2].mean()])
    assert (members.counted, members.averaged_over) == (("replicate",), ("lr", "seed", "t"))


def test_replicates_that_share_streams_are_not_independent() -> None:
    data = dataset(shared_by=["lr"], method="sobol").assign_coords(replicate=("seed", np.arange(4) % 2))
    assert members_along(data, ["seed"]).have_no_error
    assert members_along(data, ["lr", "seed"]).counted == ("lr",)


def test_a_doubt_is_said_beside_what_is_known() -> None:
    assert "more than once" in members_along(joined(dataset()), ["seed", "t"]).note


def test_a_sample_without_replicates_says_how_to_have_some() -> None:
    assert "hydra.sweeper.sample.replicates=10" in members_along(dataset(method="sobol"), ["seed"]).note
    assert "replicates" not in members_along(dataset(), ["t"]).note


def test_replicates_know_the_error_that_points_of_a_sample_do_not() -> None:
    """Of the mean of ``u + v`` over 64 points of Sobol's sequence: as if independent, it is 40 times too large."""
    unit = Interval(low=0.0, high=1.0)
    sampling = Sampling(method=Method.SOBOL, seed=1, sources=(unit, unit), replicates=40)
    values = np.sum(sampling.draw(64 * 40), axis=0)
    design = {"joint": [{"name": "sample", "sampling": sampling.to_dict()}]}
    data = xr.Dataset(
        {"x": ("sample", values)},
        {"task_id": ("sample", np.arange(values.size)), "replicate": ("sample", np.arange(values.size) % 40)},
        {"manifest": json.dumps({"blocks": [{"design": design}]}), "streams": '{"shared_by": null}'},
    )
    _, means = members_along(data, ["sample"]).samples_of(data.x)
    true_error = np.sqrt(np.mean((means - 1) ** 2))
    assert moments(values[::40]).sem > 20 * true_error
    assert np.isclose(moments(means).std, true_error, rtol=0.1)


def test_members_that_may_be_there_twice_are_told_beside_what_counts_once() -> None:
    data = collected(x=drawn(1, 5, 3)).isel(lr=0)
    note = members_along(xr.concat([data, data], "member"), ["member", "t"]).note
    assert (
        "so each member counts once, with its mean over t; whether these are independent is not known: task 0" in note
    )
    assert note.endswith("if not, errors are larger")


def test_replicates_of_a_design_are_fixed() -> None:
    assert Members(over=("x",), apart=("x",)).fixed_note == ""
    found = Members(over=("sample",), apart=(), replicates=("sample", np.arange(4) % 2))
    assert "no replicates of a design can be added to a run" in found.fixed_note
    assert found.unit == "replicates"
