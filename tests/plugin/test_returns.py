"""What Hydra's sweepers hear of the jobs that ran."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hydra.core.utils import JobStatus
from hydra.errors import CompactHydraException

from sweeprun.config.application import ConfigSource, open_application
from sweeprun.config.frozen import write_frozen
from sweeprun.errors import TaskFailedError
from sweeprun.plugin.returns import Returns, returned_value
from sweeprun.runs.prepare import compose_for_launch, prepare_sweep
from sweeprun.runs.start import start_run
from sweeprun.store.directory import RunDirectory
from tests.cli.here import study_here
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.fixture
def composed(tmp_path: Path) -> Iterator[RunDirectory]:
    """A run of three composed tasks, of which none has run."""
    with study_here(tmp_path / "größte 'Studie'"), open_application(ConfigSource()) as application:
        config = compose_for_launch(application, ["lr=0.5", "seed=1,2,3", "hydra.sweep.dir=run"])
        yield start_run(prepare_sweep(application, config), ["sweeprun"], launch=lambda *_: None).run


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    """A run of nine tasks, whose configs are not looked at."""
    monkeypatch.chdir(tmp_path)
    run = make_run(tmp_path / "größter Lauf", count_axis("seed", 9))
    write_frozen(run, [])
    return run


@pytest.mark.parametrize(
    ("result", "value"),
    [
        (0.5, 0.5),
        (3, 3),
        (True, True),
        ("größer", "größer"),
        ({"x": 0.5, "label": "a"}, {"x": 0.5, "label": "a"}),
        ({}, None),
        (None, None),
    ],
)
def test_a_record_gives_back_what_the_task_returned(result: object, value: object) -> None:
    found = returned_value(success(0, result))
    assert found == value
    assert type(found) is type(value)


def test_arrays_come_back_as_arrays() -> None:
    np.testing.assert_array_equal(returned_value(success(0, np.arange(3))), np.arange(3))
    found = returned_value(success(0, {"x": 1, "curve": ("t", [1.5, 2.5])}))
    assert found["x"] == 1
    np.testing.assert_array_equal(found["curve"], [1.5, 2.5])


def test_tasks_that_succeeded_failed_or_were_lost(composed: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(composed, "w", [success(0, 0.5), failure(1, "KeyError", "no key")])
    good, bad, lost = Returns(composed, range(3), ended=True)
    assert (good.status, good.return_value) == (JobStatus.COMPLETED, 0.5)
    assert bad.status is lost.status is JobStatus.FAILED
    with pytest.raises(TaskFailedError, match=r"^Traceback …\ntask 1 failed: KeyError: no key$") as raised:
        _ = bad.return_value
    assert isinstance(raised.value, CompactHydraException)  # which Hydra shows without frames of its own
    assert "overrides: ['lr=0.5', 'seed=2']" in capsys.readouterr().err
    with pytest.raises(TaskFailedError, match=r"^task 2 has no record: .*`sweeprun resume run`$"):
        _ = lost.return_value


def test_of_tasks_in_a_queue_nothing_is_known_yet(directory: RunDirectory) -> None:
    write_shard(directory, "w", [failure(0)])
    for one in Returns(directory, range(2), ended=False):
        assert (one.status, one.return_value) == (JobStatus.UNKNOWN, None)


def test_returns_are_a_sequence_of_the_tasks_of_a_batch(directory: RunDirectory) -> None:
    write_shard(directory, "w", [success(i, i) for i in range(9)])
    returns = Returns(directory, range(4, 9), ended=True)
    assert len(returns) == 5
    assert [one.return_value for one in returns] == [4, 5, 6, 7, 8]
    assert [one.return_value for one in returns[1:-1]] == [5, 6, 7]
    assert returns[-1].return_value == 8
    with pytest.raises(IndexError):
        returns[5]


def test_a_job_has_its_configs_as_hydra_would_have_composed_them(composed: RunDirectory) -> None:
    write_shard(composed, "w", [success(i, {"x": i}) for i in range(3)])
    job = Returns(composed, range(3), ended=True)[2]
    assert job.cfg == {"task": "study_of_this_process.draw", "lr": 0.5, "seed": 3}
    assert job.overrides == ["lr=0.5", "seed=3"]
    assert job.task_name == "sweeprun"
    assert job.hydra_cfg.hydra.job.num == 2
    assert job.hydra_cfg.hydra.runtime.output_dir == str(composed.path / "2")
    assert job.hydra_cfg.hydra.sweep.dir == str(composed.path)
    assert job.working_dir == str(composed.path.parent)
