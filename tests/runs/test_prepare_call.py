"""From a function and values to a run that can be made."""

import ast
import datetime as dt
import importlib
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.config.launching import Given
from sweeprun.design.policy import Policy
from sweeprun.design.streams import BitGenerator, Streams
from sweeprun.errors import OverrideError, SweeprunError, TaskFunctionError, UsageError
from sweeprun.results.collect import collect_run
from sweeprun.results.left_out import left_out_of
from sweeprun.runs.observe import observe
from sweeprun.runs.prepare_call import Asked, call_text, prepare_call
from sweeprun.runs.prepared_run import PreparedRun
from sweeprun.runs.replay import differences_from, recorded_in_run, run_here
from sweeprun.store.directory import make_run_directory
from tests.runs.sweeping import sweep_function


def simulate(lr: float, seed: int, n: int = 3, member: int = 0) -> float:
    return lr * seed * n + member


def asked(function: Callable[..., Any] = simulate, **given: Any) -> Asked:
    return Asked(**{"function": function, "axes": {"lr": [0.1, 0.01], "seed": range(3)}} | given)


def prepared(**given: Any) -> PreparedRun:
    return prepare_call(asked(**given))


def test_nothing_is_made_yet(here: Path) -> None:
    before = sorted(here.rglob("*"))
    run = prepared(directory="a rün", constants={"n": 5}, changes=Given(options={"throttle": 2}))
    assert sorted(here.rglob("*")) == before
    assert (run.place.path, run.place.numbered) == (Path("a rün"), False)
    assert len(run.manifest.table) == 6
    assert run.manifest.job.cwd == str(here)
    assert run.manifest.launcher["throttle"] == 2
    (group,) = run.groups
    assert str(group.tasks) == "0-5"
    assert run.launcher == group.launcher


def test_a_run_without_a_directory_is_named_by_the_time(here: Path) -> None:
    place = prepared().place
    assert re.fullmatch(r"multirun/\d{4}-\d\d-\d\d/\d\d-\d\d-\d\d", str(place.path))
    assert place.numbered
    assert not (here / "multirun").exists()
    assert prepared(directory="~/a rün").place.path == Path.home() / "a rün"


def test_the_function_is_kept_in_the_run_with_its_constants(here: Path, functions: ModuleType) -> None:
    run = prepared(function=functions.draw, axes={"lr": [0.1]}, constants={"seed": 3})
    assert run.manifest.calls_by_keywords
    assert "study.draw" in run.code.functions
    assert run.function is not None
    made = make_run_directory(here / "a rün", numbered=False)
    assert (kept := run.function.keep(made)) == run.manifest.job.function
    assert kept.constants == ("seed",)
    assert made.function.is_file()
    assert not made.function_source.exists()  # an import leads to it


@pytest.mark.usefixtures("here")
def test_streams_selection_members_and_policy_are_those_that_were_asked_for() -> None:
    manifest = prepared(
        members=2,
        root_seed=7,
        streams="seed",
        bit_generator="Philox",
        only=["lr < 0.05"],
        exclude="seed == 1",
        changes=Given(of_policy={"retries": 2}),
    ).manifest
    assert [axis.name for axis in manifest.table.blocks[0].design.axes] == ["lr", "seed", "member"]
    assert manifest.table.count_selected() == 4
    assert manifest.table.streams == Streams(root_seed=7, shared_by=("seed",), bit_generator=BitGenerator.Philox)
    assert manifest.policy == Policy(retries=2)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"function": 3}, "3 can't be called; give the function that runs one task"),
        ({"constants": [1]}, r"constants is \[1\]; give a mapping"),
        ({"constants": {3: 1}}, "constants has 3; the names of arguments are texts"),
        ({"constants": {"seed": 1}}, "'seed' is both an axis and a constant"),
        ({"axes": {"lr": [0.1]}}, "simulate has the parameters seed, which nothing fills"),
        ({"axes": {"lr": [0.1], "sede": [1]}}, "did you mean 'seed' by 'sede'"),
        ({"axes": {"lr": [0.1], "seed": [1], "sede": [1]}}, "simulate does not take 'sede': did you mean 'seed'"),
        ({"axes": {"lr": [], "seed": [1]}}, "the axis 'lr' is empty"),
        ({"axes": 3}, "the axes are 3; give a mapping"),
        ({"streams": 3}, "streams is 3; it is a text, or a list of texts"),
        ({"bit_generator": "philox"}, "bit_generator is 'philox'; take one of PCG64, PCG64DXSM, Philox, SFC64"),
        ({"streams": ["lrr"]}, "hydra.sweeper.streams names 'lrr', which is not an axis; axes: lr, seed"),
        ({"only": [1]}, "only has 1; it is a text, or a list of texts"),
        ({"exclude": "sede == 1"}, "sede"),
        ({"exclude": "seed < 9"}, "leave none of the 6 points"),
        ({"members": 0}, "members is 0; an ensemble needs at least 1 member"),
        ({"changes": Given(options={"throtle": 1})}, "local has no option 'throtle'"),
        ({"changes": Given(name="torque")}, "there is no launcher 'torque' here"),
        ({"changes": Given(of_policy={"retries": -1})}, "retries is -1"),
    ],
)
def test_what_cannot_be_right_is_refused_by_its_value(here: Path, given: dict[str, Any], message: str) -> None:
    before = sorted(here.rglob("*"))
    with pytest.raises(SweeprunError, match=message):
        prepared(**given)
    assert sorted(here.rglob("*")) == before


@pytest.mark.usefixtures("here")
def test_errors_of_the_function_and_of_its_values_are_told_apart() -> None:
    with pytest.raises(TaskFunctionError):
        prepared(function=None)
    with pytest.raises(OverrideError):
        prepared(streams=3)


def test_a_module_that_would_start_its_sweep_again_in_each_worker_is_refused(here: Path) -> None:
    text = "from tests.runs.test_prepare_call import prepared\n\n\ndef f(lr, seed):\n    return lr\n\n\n"
    (here / "script.py").write_text(f"{text}prepared(function=f)\n")
    with pytest.raises(UsageError, match=r"workers import 'script\.py'.*and its line 8 would start the sweep again"):
        importlib.import_module("script")
    (here / "guarded.py").write_text(f"{text}if __name__:\n    made = prepared(function=f)\n")
    assert importlib.import_module("guarded").made.manifest.calls_by_keywords


def test_what_was_asked_for_is_written_as_a_call() -> None:
    text = asked(
        axes={"lr": np.array([0.1, 0.01]), "seed": range(3), "pair": {"a": [1, 2], "b": ("x", None)}},
        constants={"n": 5},
        members=2,
        exclude="lr > 0.05",
        changes=Given(name="slurm", options={"throttle": 4, "sbatch": {"time": 30}}, of_policy={"retries": 1}),
    ).written()
    assert text == (
        "sweeprun.sweep(simulate, {'lr': [0.1, 0.01], 'seed': range(0, 3), 'pair': {'a': [1, 2], 'b': ['x', None]}}, "
        "constants={'n': 5}, members=2, exclude='lr > 0.05', launcher={'name': 'slurm', 'sbatch': {'time': 30}}, "
        "throttle=4, retries=1)"
    )
    assert asked(axes={}).written() == "sweeprun.sweep(simulate, {})"


def test_long_axes_and_constants_are_cut_short_in_the_call() -> None:
    text = asked(axes={"day": [dt.date(2026, 5, 1 + day) for day in range(25)]}).written()
    assert text.count("datetime.date") == 20
    assert text.endswith(", …]})")
    assert len(asked(axes={"x": ["long" * 500]}, constants={"table": np.zeros(10**6)}).written()) <= 2001


@given(st.dictionaries(st.sampled_from(["seed", "lr", "members"]), st.integers() | st.text(max_size=5)))
def test_a_short_call_is_python_that_gives_the_same_values(told: dict[str, Any]) -> None:
    text = call_text("run.extend", told, "1")
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    assert ast.unparse(call.func) == "run.extend"
    assert {str(word.arg): ast.literal_eval(word.value) for word in call.keywords} == told


def test_a_call_has_a_greatest_length() -> None:
    text = call_text("run.extend", {"seed": "x" * 5000})
    assert len(text) == 2001
    assert text.endswith("x…")


def test_names_of_dimensions_are_in_the_run_with_what_is_along_them(functions: ModuleType) -> None:
    run = sweep_function(
        functions.walks,
        {"seed": range(2)},
        constants={"length": 3},
        dims={"walk": ["time"]},
        coords={"time": np.array(["2020-01-01", "2020-01-02", "2020-01-03"], "M8[D]")},
    )
    dataset = collect_run(run).dataset
    assert dataset["walk"].dims == ("seed", "time")
    assert dataset["time"].values[-1] == np.datetime64("2020-01-03")
    recorded = recorded_in_run(run.path, ["seed=1"])
    assert differences_from(recorded, run_here(recorded)) == []


def test_a_constant_may_be_along_a_dimension_of_its_name(functions: ModuleType) -> None:
    for length in (2, 3):  # it is not, if it has another length
        given = {"constants": {"times": (0.5, 1.5)}, "dims": {"walk": "times"}}
        run = sweep_function(functions.labelled_walks, {"length": [length]}, f"of {length}", **given)
        dataset = collect_run(run).dataset
        assert dataset["walk"].dims == ("length", "times")
        assert ("times" in dataset.coords) == (length == 2)
        assert left_out_of(observe(run)) == []


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"dims": {"x": ["lr"]}}, "dims.x has 'lr', which is an axis"),
        ({"dims": {"x": 2}}, "dims.x is 2"),
        ({"dims": ["t"]}, "dims is"),
        ({"coords": {"t": [1]}}, "coords has 't'"),
        ({"dims": {"x": ["t"]}, "coords": {"t": [[1], [2]]}}, "coords.t can't label"),
    ],
)
def test_names_that_can_be_none_are_refused(given: dict[str, Any], match: str) -> None:
    with pytest.raises(OverrideError, match=match):
        prepared(**given)


def test_names_are_told_as_they_were_given() -> None:
    written = asked(dims={"x": ["t"]}, coords={"t": [1, 2]}).written()
    assert "coords={'t': [1, 2]}, dims={'x': ['t']}" in written
