"""Starting tasks of a run that exists: which submissions they become."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeprun.config.launching import Given, Words
from sweeprun.cpus import THREAD_VARIABLES
from sweeprun.design.policy import Policy
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import OverrideError, UsageError
from sweeprun.launchers import local
from sweeprun.provenance.origin import Origin
from sweeprun.runs.events import SILENT, Observer
from sweeprun.runs.observe import observe
from sweeprun.runs.submit import last_policy, start_tasks
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import read_manifest, write_manifest
from sweeprun.store.records import Record
from sweeprun.store.submissions import Submission
from sweeprun.store.workers import BeatWriter, Exit, Place, append_exit
from tests.results.runs import count_axis, failure, make_run, success, write_shard
from tests.runs.observers import Kept, Listener
from tests.runs.queue_launcher import set_queue
from tests.runs.submitting import LOCAL, QUEUE, submit

pytestmark = pytest.mark.usefixtures("here", "queue")


@pytest.fixture
def run(here: Path) -> RunDirectory:
    return make_run(here / "a rün", count_axis("x", 20))


def started(
    run: RunDirectory, tasks: str, *words: str, observer: Observer = SILENT, **given: Any
) -> tuple[Submission, ...]:
    """The submissions that some tasks become."""
    kept = Kept()
    changes = Given(**given) if given else Words(words)
    result = start_tasks(
        observe(run), TaskIds.parse(tasks), changes, ["sweeprun", "resume"], None, launch=kept, observer=observer
    )
    assert result.run == run
    assert result.ended is None
    assert result.submissions == tuple(kept.submissions)
    return result.submissions


def test_a_run_of_a_launcher_of_ours_goes_on_with_its_options(run: RunDirectory) -> None:
    submit(run, launcher=LOCAL | {"throttle": 3, "tasks_per_job": 2})
    write_shard(run, "0.a", [failure(4)])
    (submission,) = started(run, "4-6")
    assert (submission.number, submission.attempt, submission.after) == (1, 2, None)
    assert (str(submission.array), submission.array.tasks_per_job) == ("0-1%3", 2)
    assert submission.launcher == LOCAL | {"throttle": 3, "tasks_per_job": 2}
    assert submission.policy == Policy()
    assert submission.provenance["command"] == ["sweeprun", "resume"]
    assert not run.submission(1).exists()  # that is the launch's to write


def test_changes_of_launcher_and_policy_are_those_of_the_new_submission(run: RunDirectory) -> None:
    submit(run, launcher=LOCAL | {"throttle": 3}, policy=Policy(retries=2))
    (submission,) = started(run, "4-6", "hydra.launcher.throttle=7", "hydra.sweeper.timeout=5")
    assert (submission.launcher["throttle"], submission.array.throttle) == (7, 7)
    assert submission.policy == Policy(retries=2, timeout=5)
    assert submission.attempt == 4  # the numbers of the retries are taken
    (other,) = started(run, "4-6", name="queue", options={"throttle": 2})
    assert other.launcher == QUEUE | {"throttle": 2}


def made_with(threads: int, record: Record) -> Record:
    return replace(record, origin=Origin(threads=threads).to_json())


@pytest.fixture
def four_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of 4 CPUs on which the user has set no thread variable."""
    monkeypatch.setattr(local, "usable_cpus", lambda _environ=None: 4)
    for name in THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("four_cpus")
@pytest.mark.parametrize(
    ("first", "tasks", "throttle", "told"),
    [
        (1, "7", 4, ["workers keep 1 thread each, as in the first submission, so that results agree; "
                     "with hydra.launcher.cpus_per_task=4 they have 4"]),
        (1, "0-19", 4, []),
        (4, "0-19", 1, ["workers keep 4 threads each, as in the first submission, so that results agree; "
                        "with hydra.launcher.cpus_per_task=1 they have 1"]),
        (2, "0-1", 2, []),
        (8, "0", 1, ["workers keep 8 threads each, as in the first submission, so that results agree; "
                     "with hydra.launcher.cpus_per_task=4 they have 4"]),
    ],
)  # fmt: skip
def test_workers_keep_the_threads_of_the_first_submission(
    run: RunDirectory, observer: Listener, first: int, tasks: str, throttle: int, told: list[str]
) -> None:
    submit(run, 0, "0-19")
    write_shard(run, "0.a", [made_with(first, failure(0))])
    write_shard(run, "1.a", [made_with(3, success(1, 1))])
    (submission,) = started(run, tasks, observer=observer)
    assert submission.launcher == LOCAL | {"cpus_per_task": first}
    assert submission.array.throttle == throttle
    assert observer.notes == told


@pytest.mark.usefixtures("four_cpus")
def test_workers_that_still_run_without_a_record_give_the_threads(run: RunDirectory, observer: Listener) -> None:
    """Their launcher was killed, and their first records are still to come."""
    submit(run, 0, "0-19")
    beat = BeatWriter(run, "0.b", Place())
    try:
        (submission,) = started(run, "7", observer=observer)
    finally:
        beat.close()
    assert submission.launcher == LOCAL | {"cpus_per_task": 1}
    assert "workers keep 1 thread each, as in the first submission" in observer.notes[0]
    (later,) = started(run, "7")
    assert later.launcher == LOCAL


@pytest.mark.usefixtures("four_cpus")
@pytest.mark.parametrize("told", ["hydra.launcher.cpus_per_task=2", "hydra.launcher.cpus_per_task=null"])
def test_other_threads_have_to_be_told_and_stay_then(run: RunDirectory, observer: Listener, told: str) -> None:
    submit(run, 0, "0-9")
    write_shard(run, "0.a", [made_with(1, failure(0))])
    (submission,) = started(run, "0", told, observer=observer)
    value = None if "null" in told else 2
    assert submission.launcher == LOCAL | {"cpus_per_task": value}
    (given,) = started(run, "0", options={"cpus_per_task": value}, observer=observer)
    assert given.launcher == submission.launcher
    assert observer.notes == []
    if value:
        submit(run, 1, "0", launcher=submission.launcher)
        assert started(run, "0", observer=observer)[0].launcher == submission.launcher


@pytest.mark.usefixtures("four_cpus")
def test_threads_are_kept_by_another_launcher_of_ours_and_left_to_those_of_others(run: RunDirectory) -> None:
    submit(run, 0, "0-9", launcher=QUEUE)
    write_shard(run, "0.a", [made_with(3, failure(0))])
    assert started(run, "0")[0].launcher == QUEUE
    assert started(run, "0", "hydra/launcher=local")[0].launcher["cpus_per_task"] == 3
    assert started(run, "0", "hydra/launcher=local", "hydra.launcher.cpus_per_task=1")[0].launcher["cpus_per_task"] == 1
    given = started(run, "0", name="local", options={"throttle": 2})
    assert (given[0].launcher["cpus_per_task"], given[0].launcher["throttle"]) == (3, 2)


@pytest.mark.usefixtures("four_cpus")
def test_a_variable_that_the_user_set_wins_and_that_is_told(
    run: RunDirectory, observer: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(run, 0, "0-9")
    write_shard(run, "0.a", [made_with(1, failure(0))])
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    started(run, "0", observer=observer)
    assert observer.notes == [
        "workers had 1 thread each before, and have 3 now, as OMP_NUM_THREADS is set: results may differ"
    ]


@pytest.mark.usefixtures("four_cpus")
def test_where_threads_are_not_known_they_are_shared_out(run: RunDirectory, observer: Listener) -> None:
    submit(run, 0, "0-9")
    write_shard(run, "0.a", [failure(0)])
    assert started(run, "0", observer=observer)[0].launcher == LOCAL
    assert observer.notes == []


def test_what_launchers_note_before_anything_starts_is_a_warning(run: RunDirectory, observer: Listener) -> None:
    submit(run, launcher=QUEUE)
    started(run, "0-9", observer=observer)
    assert observer.warnings == ["the queue is slow"]


def test_tasks_keep_the_launcher_of_their_last_submission(run: RunDirectory) -> None:
    submit(run, 0, "0-9", launcher=QUEUE)
    submit(run, 1, "5-9", launcher=QUEUE | {"tasks_per_job": 2})
    submit(run, 2, "0-1", launcher=QUEUE)
    first, second = started(run, "0-9")
    assert [(str(one.array.tasks), one.array.tasks_per_job) for one in (first, second)] == [("0-4", 1), ("5-9", 2)]
    assert (first.number, second.number) == (3, 4)
    assert first.array.throttle + second.array.throttle == 4  # one throttle for both


def test_tasks_that_were_never_submitted_have_the_launcher_of_the_run(run: RunDirectory) -> None:
    submit(run, 0, "0-9", launcher=QUEUE)
    queued, local = started(run, "8-12")
    assert (queued.launcher["name"], str(queued.array.tasks)) == ("queue", "8-9")
    assert (local.launcher["name"], str(local.array.tasks)) == ("local", "10-12")


def test_changes_that_make_options_the_same_make_one_submission(run: RunDirectory) -> None:
    submit(run, 0, "0-9", launcher=QUEUE)
    submit(run, 1, "5-9", launcher=QUEUE | {"tasks_per_job": 2})
    (submission,) = started(run, "0-9", options={"tasks_per_job": 3})
    assert (str(submission.array.tasks), submission.array.tasks_per_job) == ("0-9", 3)


def test_what_still_waits_or_runs_takes_its_share_of_the_throttle(run: RunDirectory) -> None:
    submit(run, 0, "0-19", launcher=QUEUE, throttle=4)
    set_queue(run, (0, 8, "running"), (0, 9, "queued"))
    (submission,) = started(run, "10-19")
    assert (submission.array.throttle, submission.after) == (2, None)
    set_queue(run, *((0, index, "queued") for index in range(9)))
    (submission,) = started(run, "10-19")
    assert (submission.array.throttle, submission.after) == (4, 0)


def test_no_attempt_has_a_number_that_another_had(run: RunDirectory) -> None:
    submit(run, 0, attempt=1, policy=Policy(retries=3))
    assert started(run, "0")[0].attempt == 5
    write_shard(run, "0.a", [success(1, 1, attempt=7)])
    assert started(run, "0")[0].attempt == 8
    append_exit(run, "0", Exit(worker="0.b", task_id=2, code=-9, when=1.0, place=Place(attempt=11)))
    assert started(run, "0")[0].attempt == 12


def test_the_function_that_was_given_last_is_the_one_that_goes_on(run: RunDirectory) -> None:
    submit(run, 0)
    submit(run, 1, function="4f1c")
    assert started(run, "0")[0].function == "4f1c"


def test_the_policy_is_that_of_the_last_submission(run: RunDirectory) -> None:
    assert last_policy(observe(run)) == Policy()
    submit(run, 0, policy=Policy(retries=1))
    assert last_policy(observe(run)) == Policy(retries=1)
    submit(run, 1)  # of one that says none, it is the run's
    assert last_policy(observe(run)) == Policy()


def test_a_launcher_that_cannot_work_here_starts_nothing(run: RunDirectory) -> None:
    submit(run, launcher=QUEUE | {"broken": "there is no queue"})
    with pytest.raises(UsageError, match="there is no queue"):
        started(run, "0-9")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("hydra.launcher.throtle=7", "local has no option 'throtle'"),
        ("hydra.launcher.throttle=0", "throttle is 0; it must be at least 1"),
        ("hydra.sweeper.retries=-1", "retries is -1; it must be at least 0"),
        ("seed=3", "'seed=3' would change what is run"),
    ],
)
def test_changes_that_make_no_sense_are_refused(run: RunDirectory, word: str, message: str) -> None:
    submit(run)
    with pytest.raises((OverrideError, UsageError), match=message):
        started(run, "0-9", word)


def test_a_run_of_a_launcher_that_cannot_resume_needs_another(run: RunDirectory) -> None:
    manifest = replace(read_manifest(run), launcher={"name": "joblib"})
    run.manifest.unlink()
    write_manifest(run, manifest)
    with pytest.raises(UsageError, match="hydra/launcher=joblib, which can't resume; choose one that can"):
        started(run, "0-9")
    (submission,) = started(run, "0-9", "hydra/launcher=local")
    assert (submission.number, submission.launcher["name"]) == (0, "local")
