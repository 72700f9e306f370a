"""Trials: tasks run again beside their run, each in a process of its own."""

import json
from dataclasses import replace
from types import ModuleType

import pytest

from sweeprun.config.frozen import read_configs
from sweeprun.results.comparing import arrays_of
from sweeprun.runs.rerun import Trials
from sweeprun.runs.scratch import located
from sweeprun.store.manifest import read_manifest
from tests.results.runs import success
from tests.runs.observers import Kept
from tests.runs.sweeping import sweep_function


def test_each_task_runs_with_its_attempt_and_threads_and_leaves_the_run_alone(
    functions: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = sweep_function(functions.surroundings, {"seed": range(2)}, launch=Kept())
    before = sorted(run.path.rglob("*"))
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    origin = json.dumps({"code": "", "host": "", "cpu": "", "threads": 3})
    records = {0: replace(success(0, 1, attempt=4), origin=origin), 1: None}
    trials = Trials(manifest=located(run, read_manifest(run)), frozen=read_configs(run), code=None)
    found = dict(trials.run(records, variables={"WORD": "from a trial"}))
    assert found[1] is None  # its process ended before it did
    assert found[0] is not None
    result = {name: array.item() for name, array in arrays_of(found[0]).items()}
    assert result == {"attempt": 4, "threads": "3", "word": "from a trial"}
    assert sorted(run.path.rglob("*")) == before


@pytest.mark.parametrize(("name", "generators"), [("draws_globally", "random and numpy.random"), ("surroundings", "")])
def test_the_global_generators_that_a_task_draws_from_are_seen_by_running_it(
    functions: ModuleType, name: str, generators: str
) -> None:
    run = sweep_function(getattr(functions, name), {"seed": range(1)}, launch=Kept())
    trials = Trials(manifest=located(run, read_manifest(run)), frozen=read_configs(run), code=None)
    seen = trials.randomness_of(success(0, 1))
    assert ("" if seen.globals is None else seen.globals.generators) == generators
    assert (seen.copied, seen.unseeded) == (None, None)
