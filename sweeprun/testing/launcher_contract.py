"""A suite that every launcher passes, ours and anybody's."""

import json
from pathlib import Path

import numpy as np
import pytest

from sweeprun.launchers.registry import make_launcher
from sweeprun.results.collect import collect_run
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import read_file
from sweeprun.testing.harness import DEADLINE_SECONDS, LauncherHarness, MakeRun, attempts_of, states_of


class LauncherContract(LauncherHarness):
    """What a launcher must do, as tests for pytest; everything goes through the command line and real processes.

    To hold a launcher of your own to it, publish its class as an entry point, so that ``sweeprun`` finds it by name::

        [project.entry-points."sweeprun.launchers"]
        mine = "my_package.launching:MyLauncher"

    The class has the methods of `sweeprun.launchers.launcher.Launcher`; its constructor takes the options that its
    ``to_dict`` gives. Then subclass this in your tests, and say what your options are::

        from sweeprun.testing import LauncherContract

        class TestMyLauncher(LauncherContract):
            def options(self, *, throttle, tasks_per_job):
                return {"name": "mine", "throttle": throttle, "tasks_per_job": tasks_per_job}

    pytest collects the tests below from your class. They need the launcher to work where they run; use a fixture
    of your own (``autouse=True``) to bring up what it needs, and set ``environment`` if the commands need variables.
    What is tested beyond that depends on the ``capabilities`` of your class. If they say ``queues_again``, write the
    method ``queue_again`` of the suite, too.
    Users choose it with ``hydra/launcher=mine``, in Hydra applications ``hydra/launcher=sweeprun_mine``. A site keeps
    its options in a config of any name, ``conf/hydra/launcher/cluster.yaml``, which begins with ``defaults: [mine]``.
    """

    def test_its_options_are_all_that_it_is(self) -> None:
        launcher = make_launcher(self.options(throttle=3, tasks_per_job=2))
        told = json.loads(json.dumps(launcher.to_dict()))
        assert make_launcher(told).to_dict() == launcher.to_dict()

    @pytest.mark.parametrize(("throttle", "tasks_per_job"), [(1, 1), (3, 1), (2, 4)])
    def test_the_numbers_do_not_depend_on_how_they_are_run(
        self, make: MakeRun, throttle: int, tasks_per_job: int
    ) -> None:
        run = make("seed=range(6)", "hydra.sweeper.root_seed=7", throttle=throttle, tasks_per_job=tasks_per_job)
        self.finish(run)
        dataset = collect_run(run).dataset
        streams = [np.random.default_rng(child) for child in np.random.SeedSequence(7).spawn(6)]
        assert dataset.x.values.tolist() == [stream.random() for stream in streams]
        np.testing.assert_array_equal(dataset.y, [stream.standard_normal(3) for stream in streams])

    def test_a_failed_task_stops_no_other(self, make: MakeRun) -> None:
        run = make("task=study.fail_some", "seed=range(6)", tasks_per_job=3)
        self.finish(run)
        assert states_of(run) == ["succeeded", "failed", "succeeded"] * 2
        (group,) = self.status(run)["failures"]
        assert (group["kind"], group["count"]) == ("ValueError", 2)

    def test_a_killed_worker_costs_its_own_task_only_and_that_is_resumed(self, make: MakeRun) -> None:
        run = make("task=study.die_once", "seed=range(5)", tasks_per_job=5)
        self.finish(run)
        told = self.status(run)
        assert told["states"] == {"pending": 0, "running": 0, "succeeded": 4, "failed": 0, "lost": 1, "excluded": 0}
        assert told["not_queued"] == "2"
        assert "last words" in self.sweeprun("logs", str(run.path), "2").stdout
        self.finish(run)
        assert collect_run(run).dataset.x.values.tolist() == _first_numbers(5)
        assert attempts_of(run) == [(0, 1), (1, 1), (2, 2), (3, 1), (4, 1)]

    def test_a_task_ends_at_its_time_limit(self, make: MakeRun) -> None:
        """One is interrupted; one that can't be, as it is stopped, is killed with its worker."""
        run = make("task=study.take_too_long", "seed=range(4)", "hydra.sweeper.timeout=2", tasks_per_job=4)
        self.finish(run)
        assert states_of(run) == ["succeeded", "failed", "lost", "succeeded"]
        told = {tuple(group["task_ids"]): group["kind"] for group in self.status(run)["failures"]}
        assert told == {(1,): "timeout", (2,): "lost: timeout: it did not end 5 s after 2 s"}

    def test_what_is_complete_is_not_started_again(self, make: MakeRun) -> None:
        run = make("seed=range(3)")
        self.finish(run)
        shards = sorted(run.shards.iterdir())
        assert "nothing to start: 3 succeeded" in self.sweeprun("resume", str(run.path)).stderr
        assert sorted(run.shards.iterdir()) == shards

    def test_no_more_run_at_once_than_the_throttle(self, make: MakeRun) -> None:
        run = make("task=study.hold", "seed=range(8)", throttle=2)
        self.finish(run)
        dataset = collect_run(run).dataset
        began, ended = dataset.began.values, dataset.ended.values
        at_once = [int(np.count_nonzero((began <= moment) & (ended > moment))) for moment in began]
        assert 1 <= max(at_once) <= 2

    def test_the_throttle_can_be_changed_meanwhile_or_that_is_refused(self, make: MakeRun, study: Path) -> None:
        (study / "gate").touch()
        run = make("task=study.hold", "seed=range(4)", throttle=1)
        able = self.capabilities.changes_throttle
        with self.started(run):
            self.until(lambda: self.running(run), 1, "tasks that run with a throttle of 1")
            self.sweeprun("throttle", "3", str(run.path), codes=(0 if able else 2,))
            self.until(lambda: self.running(run), 3 if able else 1, "tasks that run with a throttle of 3")
            (study / "open").touch()
        self.sweeprun("wait", str(run.path))
        assert collect_run(run).dataset.x.values.tolist() == _first_numbers(4)

    def test_what_is_cancelled_can_be_resumed(self, make: MakeRun, study: Path) -> None:
        (study / "gate").touch()
        run = make("task=study.hold", "seed=range(6)", throttle=2)
        with self.started(run):
            self.until(lambda: self.running(run), 2, "tasks that run")
            assert "nothing to start" in self.sweeprun("resume", str(run.path)).stderr
            before = _times_of_files(run)
            self.status(run)
            assert _times_of_files(run) == before, "looking changed something"
            self.sweeprun("cancel", str(run.path))
        self.sweeprun("wait", str(run.path), codes=(1,))
        assert self.status(run)["not_queued"] == "0-5"
        (study / "open").touch()
        self.finish(run)
        assert collect_run(run).dataset.x.values.tolist() == _first_numbers(6)

    def test_one_element_can_be_cancelled_or_that_is_refused(self, make: MakeRun, study: Path) -> None:
        (study / "gate").touch()
        run = make("task=study.hold", "seed=range(4)", throttle=4)
        able = self.capabilities.cancels_elements
        with self.started(run):
            self.until(lambda: self.running(run), 4, "tasks that run")
            self.sweeprun("cancel", str(run.path), "--tasks", "2", codes=(0 if able else 2,))
            self.until(lambda: self.running(run), 3 if able else 4, "tasks that run")
            (study / "open").touch()
        self.sweeprun("wait", str(run.path), codes=(0, 1))
        assert self.status(run)["not_queued"] == ("2" if able else "")
        self.finish(run)
        assert collect_run(run).dataset.x.values.tolist() == _first_numbers(4)

    def test_what_is_stopped_for_no_fault_of_its_own_goes_on_by_itself(self, make: MakeRun, study: Path) -> None:
        if not self.capabilities.queues_again:
            pytest.skip("it has no queue, or none in which elements are put again")
        (study / "gate").touch()
        run = make("task=study.hold_the_last", "seed=range(2)", tasks_per_job=2)
        with self.started(run):
            self.until((study / "running-1-1").exists, True, "the last task runs")
            self.queue_again(run, 0)
            self.until((study / "running-1-2").exists, True, "it runs again")
            (study / "open").touch()
        self.sweeprun("wait", str(run.path))
        assert attempts_of(run) == [(0, 1), (1, 2)]

    def test_a_submission_that_was_not_launched_is_no_obstacle(self, make: MakeRun) -> None:
        run = make("seed=range(3)")
        self.start_and_die(run)
        assert len(list(run.submissions.glob("*.json"))) == 1
        self.finish(run)
        assert [task_id for task_id, _ in attempts_of(run)] == [0, 1, 2]

    def test_a_launching_process_that_dies_costs_no_record(self, make: MakeRun, study: Path) -> None:
        """What it could not note any more is found out: nothing that waits or runs is started a second time."""
        (study / "gate").touch()
        run = make("task=study.hold", "seed=range(4)", throttle=2)
        with self.started(run) as starter:
            self.until(lambda: self.running(run), 2, "tasks that run")
            starter.kill()
            starter.wait(DEADLINE_SECONDS)
            for note in run.submissions.glob("*.job"):
                note.unlink()
            (study / "open").touch()
            self.until(lambda: self.running(run), 0, "tasks that run")
        self.finish(run)
        assert states_of(run) == ["succeeded"] * 4
        assert [task_id for task_id, _ in attempts_of(run)] == [0, 1, 2, 3]
        assert collect_run(run).dataset.x.values.tolist() == _first_numbers(4)

    def test_each_task_has_its_own_part_of_the_log(self, make: MakeRun) -> None:
        run = make("task=study.talk", "seed=range(5)", tasks_per_job=3)
        self.finish(run)
        told = {seed: self.sweeprun("logs", str(run.path), str(seed)).stdout for seed in range(5)}
        assert told == {seed: f"seed {seed} speaks\n" for seed in range(5)}

    def test_what_tasks_leave_in_their_directories_is_there_when_they_go_on(self, make: MakeRun) -> None:
        run = make("task=study.go_on", "seed=range(2)")
        self.finish(run)
        assert states_of(run) == ["lost", "lost"]
        self.finish(run)
        assert states_of(run) == ["succeeded", "succeeded"]
        told = [read_file(run.task(task_id) / "whole.txt", 100) for task_id in range(2)]
        assert told == [b"half of 0, and the rest", b"half of 1, and the rest"]

    def test_workers_have_no_file_of_the_run_open_if_their_machines_need_not_see_it(self, make: MakeRun) -> None:
        if self.capabilities.shares_files:
            pytest.skip("its workers write into the run directory")
        run = make("task=study.look_around", "seed=range(4)", tasks_per_job=2)
        self.finish(run)
        assert collect_run(run).dataset.opened.values.tolist() == [0] * 4
        assert list(run.workers.glob("*.beat")) == []


def _first_numbers(count: int) -> list[float]:
    """The first number of the stream of each task."""
    return [np.random.default_rng(task_id).random() for task_id in range(count)]


def _times_of_files(run: RunDirectory) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
