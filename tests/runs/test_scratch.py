"""Runs in a temporary directory, of the same tasks as another run."""

import tempfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from sweeprun.config.frozen import read_configs
from sweeprun.design.policy import Policy
from sweeprun.design.task_ids import TaskIds
from sweeprun.provenance.code import accepted_code, read_code
from sweeprun.runs.scratch import SCRATCH, located, scratch_run
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import Manifest, read_manifest
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.submissions import read_submissions
from tests.results.runs import success
from tests.runs.observers import Kept, run_here
from tests.runs.submitting import submit
from tests.runs.sweeping import sweep_function

TASKS = TaskIds.parse("1,4-5")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary directories are made."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def run(functions: ModuleType) -> RunDirectory:
    return sweep_function(functions.draw, {"lr": [0.1, 0.2], "seed": range(3)}, launch=Kept())


def test_the_same_tasks_give_the_same_in_a_directory_that_is_removed(run: RunDirectory, temporary: Path) -> None:
    run_here(run, TaskIds.first(6))
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    expected = take_snapshot(run)
    manifest = located(run, read_manifest(run))
    with scratch_run(manifest, read_configs(run), TASKS, read_code(run, accepted_code(run, manifest))) as scratch:
        assert scratch.path.parent.parent == temporary
        assert scratch.path.parent.name.startswith(SCRATCH)
        run_here(scratch, TASKS)
        snapshot = take_snapshot(scratch)
    for task_id in range(6):
        own, former = snapshot.record(task_id), expected.record(task_id)
        assert former is not None
        assert (own is not None) == (task_id in TASKS)
        if own is not None:
            assert (own.payload, own.stream, own.origin) == (former.payload, former.stream, former.origin)
    assert list(temporary.iterdir()) == []
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before


def test_it_has_an_element_for_each_task_and_runs_each_once_to_its_end(run: RunDirectory) -> None:
    policy = Policy(retries=3, timeout=1, max_failures=1, seed_globals=True)
    manifest = replace(read_manifest(run), policy=policy)
    with scratch_run(manifest, read_configs(run), TASKS, None) as scratch:
        (submission,) = read_submissions(scratch)
        assert [str(submission.array.chunk(index)) for index in range(len(submission.array))] == ["1", "4", "5"]
        assert read_manifest(scratch).policy == Policy(seed_globals=True)
        assert "code" not in submission.provenance


def test_it_is_removed_after_an_error_as_well(run: RunDirectory, temporary: Path) -> None:
    with pytest.raises(KeyboardInterrupt), scratch_run(read_manifest(run), read_configs(run), TASKS, None):
        raise KeyboardInterrupt
    assert list(temporary.iterdir()) == []


def test_on_a_machine_without_the_working_directory_the_code_is_where_we_are(run: RunDirectory, here: Path) -> None:
    manifest = read_manifest(run)
    elsewhere = replace(manifest, job=replace(manifest.job, cwd="/no/such/directory"), python_path=("/a", "/b"))
    with scratch_run(elsewhere, read_configs(run), TASKS, None) as scratch:
        found = read_manifest(scratch)
    assert found.job.cwd == str(here)
    assert found.python_path == (str(here), "/a", "/b")


def path_in(manifest: Manifest) -> str:
    assert manifest.job.function is not None
    return manifest.job.function.path


def test_a_function_that_is_in_the_run_is_found_from_elsewhere(run: RunDirectory) -> None:
    manifest = read_manifest(run)
    assert path_in(manifest) == "function.pickle"
    assert path_in(located(run, manifest)) == str(run.function)


def test_the_function_is_that_of_the_record_or_else_the_last_one(run: RunDirectory) -> None:
    manifest = read_manifest(run)
    submit(run, 0, "0-5", provenance={"code": "a" * 12})
    submit(run, 1, "0-5", provenance={"code": "b" * 12}, function="4f1c")
    submit(run, 2, "0-5", provenance={"code": "c" * 12}, function="77aa")
    record = replace(success(0, 1), origin='{"code":"bbbbbbbbbbbb","host":"","cpu":"","threads":1}')
    assert path_in(located(run, manifest, record)) == str(run.given_function("4f1c"))
    assert path_in(located(run, manifest)) == str(run.given_function("77aa"))
    assert path_in(located(run, manifest, success(0, 1))) == str(run.given_function("77aa"))
