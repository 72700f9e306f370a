"""What is said of arguments and attributes that there are not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sweeprun
from sweeprun.errors import UsageError
from tests.results.runs import axis, count_axis, make_run, success, write_shard


def simulate(lr: float, seed: int, n: int = 3) -> float:
    return lr * seed * n


AXES = {"lr": [0.1, 0.01], "seed": range(3)}


@pytest.mark.parametrize("called", [sweeprun.sweep, sweeprun.plan])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workers": 4}, "has no argument 'workers'; did you mean 'throttle'?"),
        ({"n_jobs": -1}, "did you mean 'throttle'?"),
        ({"num_workers": 4}, "did you mean 'throttle'?"),
        ({"njobs": 4}, "did you mean 'throttle'?"),
        ({"seeds": 10}, "did you mean 'members'?"),
        ({"replicates": 10}, "did you mean 'members'?"),
        ({"random_state": 1}, "did you mean 'root_seed'?"),
        ({"time_limit": 60}, "did you mean 'timeout'?"),
        ({"executor": "slurm"}, "did you mean 'launcher'?"),
        ({"out_dir": "x"}, "did you mean 'directory'?"),
        ({"membres": 10}, "did you mean 'members'?"),
        ({"lr": [1, 2]}, "the values of axes are one mapping: sweeprun.{}(…, {{'lr': [1, 2]}})"),
        ({"beta": [1, 2]}, "the values of axes are one mapping: sweeprun.{}(…, {{'beta': [1, 2]}})"),
        ({"n": 5}, "what is the same in all tasks goes into constants={{'n': 5}}"),
        ({"xyz": 1}, "its arguments are "),
    ],
)
def test_a_wrong_argument_of_a_sweep_names_the_right_one(
    called: Callable[..., Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        called(simulate, AXES, **options)
    assert message.format(called.__name__) in str(caught.value)


@pytest.mark.parametrize("called", [sweeprun.sweep, sweeprun.plan])
def test_a_sweep_without_axes_says_how_they_are_given(called: Callable[..., Any]) -> None:
    with pytest.raises(UsageError, match=rf"missing .*'axes'; .*: sweeprun\.{called.__name__}\(function, \{{'lr': \["):
        called(simulate)
    with pytest.raises(UsageError, match="the values of axes are one mapping"):
        called(simulate, lr=[0.1], seed=[1])


@pytest.fixture
def run(tmp_path: Path) -> sweeprun.Run:
    directory = make_run(tmp_path / "run", axis("lr", [0.5, 0.25]), count_axis("seed", 2))
    write_shard(directory, "w", [success(i, {"loss": i}) for i in range(4)])
    return sweeprun.open_run(directory.path)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda run: run.resume(workers=4), r"run\.resume\(\) has no argument 'workers'; did you mean 'throttle'\?"),
        (lambda run: run.resume(max_retries=4), r"did you mean 'retries'\?"),
        (lambda run: run.resume(force=True), r"did you mean 'allow_drift'\?"),
        (lambda run: run.extend(n_jobs=4), r"did you mean 'throttle'\?"),
        (lambda run: run.extend(seeds=range(9)), r"did you mean 'seed'\?"),
        (lambda run: run.extend(target="sem(x)<1"), r"did you mean 'until'\?"),
        (lambda run: run.wait("x"), "timeout is 'x'; it should be a number, or None"),
        (lambda run: run.report(3), "path is 3; it should be a text, or a path, or None"),
        (lambda run: run.extend([9]), r"axes is \[9\]; it should be a mapping, such as"),
        (lambda run: run.verify(allow_drift="yes"), "allow_drift is 'yes'; it should be True or False"),
        (lambda run: run.stats(quantiles=None), "quantiles is None; it should be a number, or a list"),
        (lambda _: sweeprun.open_run(3), "path is 3; it should be a text, or a path, or None"),
        (lambda run: run.task(17.5), "task_id is 17.5; it should be a whole number, or None"),
        (lambda run: run.task(task=1), r"did you mean 'task_id'\?"),
        (lambda run: run.task(lrr=0.5, seed=1), r"did you mean 'lr'\?"),
        (lambda run: run.logs(id=1), r"did you mean 'task_id'\?"),
        (lambda run: run.replay(colour=1), "its arguments are task_id, allow_drift, trust, lr, seed"),
        (lambda run: run.stats(axis="seed"), r"did you mean 'over'\?"),
        (lambda run: run.stats(until="sem(loss)<1"), r"did you mean 'target'\?"),
        (lambda run: run.verify(n=2), r"did you mean 'sample'\?"),
        (lambda run: run.report(output="x.html"), r"did you mean 'path'\?"),
        (lambda run: run.throttle(), r"run\.throttle\(\): missing a required argument: 'throttle'"),
        (lambda _: sweeprun.list_runs(directory="x"), "its arguments are root"),
        (lambda _: sweeprun.open_run(name="x"), r"did you mean 'path'\?"),
    ],
)
def test_a_wrong_argument_of_a_verb_names_the_right_one(
    run: sweeprun.Run, call: Callable[[Any], Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        call(run)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("loss", "it is a result: run['loss']"),
        ("results", "did you mean run.dataset?"),
        ("errors", "did you mean run.failures?"),
        ("stop", "did you mean run.cancel()?"),
        ("tasks", "did you mean run.task(17)?"),
        ("statuss", "did you mean run.status()?"),
        ("to_netcdf", "did you mean run.collect('results.nc')?"),
        ("colour", "results are had by run['name']"),
    ],
)
def test_an_attribute_that_there_is_not_names_the_right_one(run: sweeprun.Run, name: str, message: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(run, name)
    assert message in str(caught.value)
    assert not hasattr(run, "_ipython_display_")


@pytest.mark.parametrize(
    ("name", "meant"), [("run", "sweep"), ("load", "open_run"), ("dry_run", "plan"), ("list_run", "list_runs")]
)
def test_a_function_that_the_package_has_not_names_the_right_one(name: str, meant: str) -> None:
    with pytest.raises(AttributeError, match=rf"has no attribute '{name}'; did you mean sweeprun\.{meant}\?"):
        getattr(sweeprun, name)
    with pytest.raises(AttributeError, match=r"has no attribute 'colour'$"):
        _ = sweeprun.colour
