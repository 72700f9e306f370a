"""The pool: what it hands to workers, and what becomes of tasks whose worker dies. Shell scripts play most workers."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.policy import Policy
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import LaunchError
from sweeprun.launchers import burial, overdue, process
from sweeprun.launchers import pool as pool_module
from sweeprun.launchers import replacements as replacements_module
from sweeprun.launchers.link import End
from sweeprun.launchers.local_links import LocalLinks, worker_command
from sweeprun.launchers.pool import Pool
from sweeprun.launchers.process import WorkerProcess
from sweeprun.launchers.progress import Tally
from sweeprun.store.directory import RunDirectory
from sweeprun.store.notices import count_failures
from sweeprun.store.records import Failure
from sweeprun.store.workers import Place, read_beats, read_exits
from tests.faults import error, fail
from tests.results.runs import count_axis, failure, make_run, success, write_shard

_DIES_ON_FIRST = """
if [ ! -e "$RUN/died" ]; then
    echo "ready w1"
    read verb ids rest; echo "$ids $rest" >>"$RUN/asked"; : >"$RUN/died"
    beat w1 "$FIRST"
    kill -9 $$
fi
"""
"""The first worker dies on the task of the variable FIRST; those after it work."""

_WORKS = """
echo "ready w$$"
done=0
while read verb ids rest; do
    echo "$ids $rest" >>"$RUN/asked"
    first=${ids%-*}; last=${ids#*-}
    done=$((done + last - first + 1))
    echo "done $done 0"
done
"""
"""Succeeds at whatever it is asked for."""

_BEAT = """
RUN=$4
beat() {
    printf '{"worker": "%s", "host": "here", "pid": 1, "born": 1, "submission": 0, "index": null, "attempt": 1,' "$1"
    printf '"log": "", "since": 0, "resumable": 0, "due": %s, "task_id": %s}' "${3:-0}" "$2"
} >"$RUN/workers/$1.beat"
"""


class Tallies:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.seen: list[Tally] = []
        self.then: Callable[[], None] | None = None
        self.failures: list[tuple[int, str]] = []

    def update(self, tally: Tally) -> None:
        self.seen.append(tally)
        if self.then is not None:
            self.then()

    def note(self, text: str) -> None:
        raise AssertionError(f"nothing was to be noted: {text}")

    def failed(self, task_id: int, failure: Failure) -> None:
        self.failures.append((task_id, failure.type))


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("seed", 100))


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets a shell script take the place of the workers' interpreter."""

    def play(script: str) -> None:
        path = tmp_path / "played"
        path.write_text(f"#!/bin/sh\n{_BEAT}{script}")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))

    return play


def pool_of(
    run: RunDirectory,
    tasks: int,
    *,
    workers: int = 1,
    tasks_per_job: int = 1,
    policy: Policy | None = None,
    progress: Tallies | None = None,
    first: str = "0",
    grace: float = 0.0,
    **variables: str,
) -> Pool:
    return Pool(
        run,
        Array(tasks=TaskIds.first(tasks), tasks_per_job=tasks_per_job),
        place=Place(),
        workers=workers,
        open_link=LocalLinks(run, Place(), {**os.environ, "FIRST": first, **variables}),
        progress=progress or Tallies(),
        policy=policy,
        grace=grace,
    )


def turns(run: RunDirectory) -> list[tuple[TaskIds, str]]:
    """The tasks that workers were asked for, with the number of retries as it was written."""
    lines = [line.partition(" ") for line in (run.path / "asked").read_text().splitlines()]
    return [(TaskIds.parse(ids), retries.strip()) for ids, _, retries in lines]


def test_every_task_is_handed_out_once(run: RunDirectory, play: Callable[[str], None]) -> None:
    play(_WORKS)
    progress = Tallies()
    tally = pool_of(run, 100, workers=2, progress=progress).run()
    assert tally == progress.seen[-1] == Tally(total=100, succeeded=100)
    assert sorted(task_id for ids, _ in turns(run) for task_id in ids) == list(range(100))
    assert list(run.logs.iterdir()) == []  # silent workers leave no log


class Notes(Tallies):
    """Remembers what is noted, too."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[tuple[str, int]] = []

    def note(self, text: str) -> None:
        self.noted.append((text, len(self.seen)))


_NOTES = 'if [ "$done" = 0 ]; then echo "note all lack größe"; fi\n'


def test_what_workers_note_is_said_once_and_before_they_are_done(
    run: RunDirectory, play: Callable[[str], None]
) -> None:
    play(_WORKS.replace("    first=", f"    {_NOTES}    first=", 1))
    progress = Notes()
    assert pool_of(run, 100, workers=2, progress=progress).run() == Tally(total=100, succeeded=100)
    assert progress.noted == [("all lack größe", 0)]


def test_failures_of_workers_are_passed_on(run: RunDirectory, play: Callable[[str], None]) -> None:
    said = r"""printf 'failed 0 {"type": "KeyError", "message": "a  b", "traceback": ""}\n'"""
    play(_WORKS.replace("    first=", f"    {said}\n    first=", 1))
    progress = Tallies()
    pool_of(run, 1, progress=progress).run()
    assert progress.failures == [(0, "KeyError")]


def test_what_does_not_hold_for_another_worker_is_not_said(run: RunDirectory, play: Callable[[str], None]) -> None:
    first = '[ "$done" != 0 ] || { echo "note too late"; }\n'
    play(_WORKS.replace("    done=$((", f'    case "$ids" in 0) ;; *) sleep 0.3; {first} ;; esac\n    done=$((', 1))
    progress = Notes()
    pool_of(run, 2, workers=2, progress=progress).run()
    assert progress.noted == []


def test_turns_grow_and_leave_a_fair_share(run: RunDirectory, play: Callable[[str], None]) -> None:
    play(_WORKS)
    pool_of(run, 100).run()
    lengths = [len(ids) for ids, _ in turns(run)]
    assert lengths[0] == 1
    left = 100
    for previous, length in zip([1, *lengths], lengths, strict=False):
        assert length <= max(1, left // 2)
        assert length <= 8 * previous
        left -= length
    assert left == 0


def test_elements_are_never_divided(run: RunDirectory, play: Callable[[str], None]) -> None:
    play(_WORKS)
    pool_of(run, 10, tasks_per_job=4).run()
    assert all(ids.ranges[0][0] % 4 == 0 for ids, _ in turns(run))


def test_the_task_that_a_worker_died_on_is_lost_and_the_others_run(
    run: RunDirectory, play: Callable[[str], None]
) -> None:
    play(f"{_DIES_ON_FIRST}{_WORKS}")
    tally = pool_of(run, 8, tasks_per_job=3, first="1").run()
    assert tally == Tally(total=8, succeeded=7, lost=1)
    (noted,) = read_exits(run)
    assert (noted.worker, noted.task_id, noted.reason(), noted.retried) == ("w1", 1, "signal SIGKILL", False)
    assert not run.beat("w1").exists()
    asked = [task_id for ids, _ in turns(run)[1:] for task_id in ids]
    assert sorted(asked) == [0, 2, 3, 4, 5, 6, 7]


def test_what_a_dead_worker_had_recorded_is_counted_and_not_run_again(
    run: RunDirectory, play: Callable[[str], None]
) -> None:
    play(f"{_DIES_ON_FIRST}{_WORKS}")
    write_shard(run, "w1", [success(0, 1.0), failure(1)])
    tally = pool_of(run, 4, tasks_per_job=4, first="2").run()
    assert tally == Tally(total=4, succeeded=2, failed=1, lost=1)
    assert [list(ids) for ids, _ in turns(run)] == [[0, 1, 2, 3], [3]]


def test_a_lost_task_runs_again_if_the_policy_says_so(run: RunDirectory, play: Callable[[str], None]) -> None:
    play(f"{_DIES_ON_FIRST}{_WORKS}")
    tally = pool_of(run, 3, policy=Policy(retries=2, retry_on=("LOST",))).run()
    assert tally == Tally(total=3, succeeded=3)
    assert (TaskIds.of([0]), "1") in turns(run)
    assert [noted.retried for noted in read_exits(run)] == [True]


def test_no_further_task_starts_after_too_many_failures(run: RunDirectory, play: Callable[[str], None]) -> None:
    play(f"{_DIES_ON_FIRST}{_WORKS}")
    tally = pool_of(run, 5, policy=Policy(max_failures=1)).run()
    assert tally == Tally(total=5, lost=1)
    assert len(turns(run)) == 1
    assert count_failures(run, attempt=1) == 1


def test_a_worker_that_does_not_end_at_its_time_limit_is_killed(
    run: RunDirectory, play: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overdue, "OVERDUE_SECONDS", 0.0)
    monkeypatch.setattr(pool_module, "_PATIENCE_SECONDS", 0.01)
    play('echo "ready w1"; read verb ids rest; beat w1 0 0.001; exec sleep 1000')
    assert pool_of(run, 1, policy=Policy(timeout=0.01)).run() == Tally(total=1, lost=1)
    (noted,) = read_exits(run)
    assert noted.reason() == "timeout: it did not end 0 s after 0.01 s"


def test_after_a_warning_no_further_task_starts(run: RunDirectory, play: Callable[[str], None]) -> None:
    play(f"trap '' USR2\n{_WORKS}")
    progress = Tallies()
    pool = pool_of(run, 5, progress=progress)
    progress.then = pool.warn
    assert pool.run() == Tally(total=5, succeeded=1)
    assert len(turns(run)) == 1


_STOPS = """
echo $$ >>"$RUN/pids"
trap 'echo asked >>"$RUN/heard"; asked=1' USR2
trap 'echo stopped >>"$RUN/heard"; exit 130' TERM
echo "ready w1"
read verb ids rest
: >"$RUN/running"
until [ "$asked" = "$ENOUGH" ]; do sleep 0.01; done
echo checkpoint >>"$RUN/heard"
exit 130
"""
"""Runs one task, which ends when it is asked to if that is ENOUGH, and else when it is stopped."""


class Presses(Notes):
    """Presses Ctrl-C as soon as the task runs, and again at each note as often as it is to."""

    def __init__(self, run: RunDirectory, further: int = 0) -> None:
        super().__init__()
        self._running = run.path / "running"
        self._further = further
        self.presser = Thread(target=self._press)

    def _press(self) -> None:
        while not self._running.exists():
            time.sleep(0.001)
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)  # as timeout(1) does

    def note(self, text: str) -> None:
        super().note(text)
        for _ in range(self._further):
            os.kill(os.getpid(), signal.SIGINT)


def heard_by_worker(run: RunDirectory, *, enough: str, grace: float, further: int = 0) -> tuple[list[str], list[str]]:
    """What a worker heard, and what the user was told, when Ctrl-C was pressed."""
    progress = Presses(run, further)
    pool = pool_of(run, 50, progress=progress, grace=grace, ENOUGH=enough)
    progress.presser.start()
    with pytest.raises(KeyboardInterrupt):
        pool.run()
    progress.presser.join()
    return (run.path / "heard").read_text().split(), [text for text, _ in progress.noted]


def test_the_first_signal_asks_and_the_task_has_a_moment(run: RunDirectory, play: Callable[[str], None]) -> None:
    play(_STOPS)
    heard, (told,) = heard_by_worker(run, enough="1", grace=60)
    assert heard == ["asked", "checkpoint"]
    assert told.startswith("asked the tasks that run to stop; they have 60 s to end or to write a checkpoint")
    assert list(read_exits(run)) == []


def test_a_task_that_does_not_stop_is_stopped_when_its_moment_is_over(
    run: RunDirectory, play: Callable[[str], None]
) -> None:
    play(_STOPS)
    heard, _ = heard_by_worker(run, enough="never", grace=0.3)
    assert heard[0] == "asked"
    assert heard[-1] == "stopped"


def test_the_second_signal_stops_at_once(run: RunDirectory, play: Callable[[str], None]) -> None:
    play(_STOPS)
    heard, told = heard_by_worker(run, enough="never", grace=60, further=1)
    assert heard[-1] == "stopped"
    assert len(told) == 1


def test_without_a_moment_the_first_signal_stops_at_once(run: RunDirectory, play: Callable[[str], None]) -> None:
    play(_STOPS)
    heard, told = heard_by_worker(run, enough="never", grace=0)
    assert (heard[-1], told) == ("stopped", [])


@pytest.mark.parametrize("enough", ["ask", "stop"])
def test_a_worker_that_dies_of_being_told_to_end_was_stopped_not_lost(
    run: RunDirectory, play: Callable[[str], None], enough: str
) -> None:
    """A task may set signals back to what they do by default; what it has started ends, too."""
    defaults = "trap - TERM USR2" if enough == "ask" else "trap - TERM; trap : USR2"
    play(f"""
echo "ready w1"
read verb ids rest
beat w1 "$FIRST"
sleep 60 </dev/null >/dev/null 2>&1 & echo $! >"$RUN/child"
{defaults}
: >"$RUN/running"
while :; do wait; done
""")
    progress = Presses(run)
    pool = pool_of(run, 50, progress=progress, grace=0.3)
    progress.presser.start()
    with pytest.raises(KeyboardInterrupt):
        pool.run()
    progress.presser.join()
    assert list(read_beats(run)) == []
    assert list(read_exits(run)) == []
    assert is_gone(int((run.path / "child").read_text()))


def is_gone(pid: int) -> bool:
    """Whether a process has ended, or is about to: its signal was sent."""
    status = Path(f"/proc/{pid}/stat")
    for _ in range(1000):
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


def test_an_error_stops_the_workers(run: RunDirectory, play: Callable[[str], None]) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    play(f"""echo $$ >>"$RUN/pids"; trap 'echo >>"$RUN/stopped"; exit 130' TERM; trap : USR2\n{_WORKS}""")
    progress = Tallies()
    progress.then = fail
    with pytest.raises(ZeroDivisionError):
        pool_of(run, 50, workers=2, progress=progress).run()
    assert (run.path / "stopped").exists()  # they were asked to end, not killed
    for pid in (run.path / "pids").read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_what_holds_up_the_end_of_a_worker_is_said(run: RunDirectory, play: Callable[[str], None]) -> None:
    play(f'{_WORKS}echo "warn task 1 left größe"')
    progress = Notes()
    assert pool_of(run, 3, progress=progress).run() == Tally(total=3, succeeded=3)
    assert [text for text, _ in progress.noted] == ["task 1 left größe"]


def test_a_worker_that_can_not_record_ends_the_launch_with_its_reason(
    run: RunDirectory, play: Callable[[str], None]
) -> None:
    play('echo "ready w1"; read verb ids; echo "broken $ids No space left on device: shards/w1.arrow"; read go')
    notes = Notes()
    with pytest.raises(LaunchError, match=r"recorded: No space left on device: shards/w1\.arrow; .*sweeprun resume"):
        pool_of(run, 3, progress=notes).run()
    assert len(notes.noted) == 1
    assert {noted.task_id for noted in read_exits(run)} == {None}  # nothing is lost


_BREAKS = f"""
for n in $BROKEN; do
    if mkdir "$RUN/breaks-$n" 2>/dev/null; then
        for other in $BROKEN; do until [ -e "$RUN/breaks-$other" ]; do sleep 0.01; done; done
        echo "ready w$$"
        read verb ids rest; echo "$ids $rest" >>"$RUN/asked"; echo "broken ${{ids%-*}} Stale file handle"
        read nothing
        exit 2
    fi
done
{_WORKS}"""
"""As many workers as the variable BROKEN has words can't record the first task of their turn; those after them work."""


def test_one_worker_that_can_not_record_is_replaced(
    run: RunDirectory, play: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROKEN", "1")
    play(_BREAKS)
    progress = Notes()
    assert pool_of(run, 5, progress=progress).run() == Tally(total=5, succeeded=5)
    assert sorted(task_id for ids, _ in turns(run) for task_id in ids) == [0, 0, 1, 2, 3, 4]
    assert [text for text, _ in progress.noted] == [
        "a worker could not write what it must, and is replaced: Stale file handle"
    ]
    (noted,) = read_exits(run)
    assert (noted.task_id, noted.reason()) == (None, "it could not write what it must: Stale file handle")


def test_what_a_worker_recorded_before_it_broke_is_kept(run: RunDirectory, play: Callable[[str], None]) -> None:
    play(
        """
if mkdir "$RUN/broke" 2>/dev/null; then
    echo "ready w1"; read verb ids; echo "$ids " >>"$RUN/asked"; echo "broken 2 Input/output error"; exit 2
fi
"""
        + _WORKS
    )
    write_shard(run, "w1", [success(0, 1.0), failure(1)])
    tally = pool_of(run, 4, tasks_per_job=4, progress=Notes()).run()
    assert tally == Tally(total=4, succeeded=3, failed=1)
    assert sorted(str(ids) for ids, _ in turns(run)) == ["0-3", "2", "3"]


def test_a_failure_before_the_worker_broke_counts_as_a_retry(
    run: RunDirectory, play: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task had failed and was to be retried; that its second attempt was not recorded is not its fault."""
    monkeypatch.setenv("BROKEN", "1")
    play(_BREAKS.replace("w$$", "w1", 1))
    write_shard(run, "w1", [failure(0)])
    policy = Policy(retries=1, retry_on=("ValueError",))
    assert pool_of(run, 1, policy=policy, progress=Notes()).run() == Tally(total=1, succeeded=1)
    assert [retries for _, retries in turns(run)] == ["", "1"]


def test_a_hiccup_that_hits_all_workers_stops_nothing(
    run: RunDirectory, play: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROKEN", "1 2 3 4 5 6")
    play(_BREAKS)
    progress = Notes()
    assert pool_of(run, 30, workers=6, progress=progress).run() == Tally(total=30, succeeded=30)
    first, *_, last = (text for text, _ in progress.noted)
    assert "is replaced: Stale file handle" in first
    assert last == "6 workers could not write what they must, and were replaced"


def test_a_task_that_can_never_be_recorded_ends_the_launch(run: RunDirectory, play: Callable[[str], None]) -> None:
    """Although others are recorded in between."""
    play(
        """
echo "ready w$$"
done=0
while read verb ids rest; do
    echo "$ids $rest" >>"$RUN/asked"
    if [ "$ids" = 0 ]; then echo "broken 0 Disk quota exceeded"; read nothing; exit 2; fi
    done=$((done + 1))
    echo "done $done 0"
done
"""
    )
    with pytest.raises(LaunchError, match="can't be recorded: Disk quota exceeded"):
        pool_of(run, 100, progress=Notes()).run()
    assert [str(ids) for ids, _ in turns(run)].count("0") == 3


def test_a_worker_that_breaks_when_all_is_done_changes_nothing(run: RunDirectory, play: Callable[[str], None]) -> None:
    play(f"{_WORKS}\necho 'broken - Input/output error'; exit 2\n")
    assert pool_of(run, 9, workers=2, progress=Notes()).run() == Tally(total=9, succeeded=9)


def test_a_limit_to_the_size_of_files_ends_the_launch_at_once(run: RunDirectory, play: Callable[[str], None]) -> None:
    play('echo \'ready w1\'; read verb ids; echo "$ids " >>"$RUN/asked"; echo "broken $ids File too large"; read go')
    with pytest.raises(LaunchError, match="can't be recorded: File too large"):
        pool_of(run, 9).run()
    assert len(turns(run)) == 1


def test_workers_that_are_never_ready_end_the_launch(run: RunDirectory, play: Callable[[str], None]) -> None:
    """As on a full disk: no task runs for nothing."""
    play("echo 'broken - No space left on device'; exit 2\n")
    with pytest.raises(LaunchError, match="can't be recorded: No space left on device"):
        pool_of(run, 9, workers=2, progress=Notes()).run()
    assert not (run.path / "asked").exists()


def test_a_worker_whose_answers_are_closed_holds_nobody_up(run: RunDirectory, play: Callable[[str], None]) -> None:
    """A task closes all descriptors, and runs on until the others are done."""
    play(
        f"""
if mkdir "$RUN/first" 2>/dev/null; then
    echo "ready w1"; read verb ids; echo "$ids " >>"$RUN/asked"; exec >&-
    while [ ! -e "$RUN/go" ]; do sleep 0.01; done
    exit 2
fi
while [ ! -e "$RUN/asked" ]; do sleep 0.01; done
{_WORKS}"""
    )
    write_shard(run, "w1", [success(0, 1.0)])
    progress = Notes()

    def let_it_end() -> None:
        if progress.seen[-1].succeeded == 19:
            (run.path / "go").touch()

    progress.then = let_it_end
    assert pool_of(run, 20, workers=2, progress=progress).run() == Tally(total=20, succeeded=20)
    assert [text for text, _ in progress.noted] == ["a worker gave up, and is replaced: its log is empty"]


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EPERM])
def test_a_kernel_without_descriptors_of_processes_will_do(
    run: RunDirectory, play: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The first worker is killed, and what it had started keeps its answers open."""
    fail(monkeypatch, "pidfd_open", number)
    monkeypatch.setattr(process, "_PATIENCE_SECONDS", 0.01)
    play(_DIES_ON_FIRST.replace("    kill -9", "    sleep 1000 &\n    kill -9") + _WORKS)
    assert pool_of(run, 5).run() == Tally(total=5, succeeded=4, lost=1)


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOMEM, errno.EMFILE])
def test_workers_that_can_not_be_started_are_done_without(
    run: RunDirectory, play: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    play(_WORKS.replace("    done=$((", "    sleep 0.02\n    done=$((", 1))
    popen, started = subprocess.Popen, []

    def starts_two(*arguments: Any, **options: Any) -> Any:
        if len(started) == 2:
            raise error(number)
        started.append(popen(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", starts_two)
    monkeypatch.setattr(replacements_module, "_LONGEST_PAUSE", 0.01)
    progress = Notes()
    assert pool_of(run, 40, workers=5, progress=progress).run() == Tally(total=40, succeeded=40)
    ((text, _),) = progress.noted
    why = f"a worker could not be started: [Errno {number}] {os.strerror(number)}"
    assert text == f"2 of 5 workers run, and others are tried again: {why}"


def test_a_worker_that_can_not_be_started_for_a_moment_is_started_later(
    run: RunDirectory, play: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    play(_WORKS)
    popen, failed = subprocess.Popen, []

    def fails_once(*arguments: Any, **options: Any) -> Any:
        if not failed:
            failed.append(True)
            raise error(errno.EAGAIN)
        return popen(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", fails_once)
    assert pool_of(run, 5).run() == Tally(total=5, succeeded=5)


def test_the_limit_of_open_files_is_kept(
    run: RunDirectory, play: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    play(_WORKS)
    monkeypatch.setattr(pool_module, "make_room", lambda workers: workers // 3)
    progress = Notes()
    assert pool_of(run, 9, workers=6, progress=progress).run() == Tally(total=9, succeeded=9)
    ((text, _),) = progress.noted
    assert text.startswith("2 of 6 workers are started: the limit of open files (`ulimit -n`) is ")


def test_a_lost_task_is_lost_although_that_can_not_be_noted(
    run: RunDirectory, play: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise error(errno.EIO)

    monkeypatch.setattr(burial, "append_exit", fails)
    play(f"{_DIES_ON_FIRST}{_WORKS}")
    assert pool_of(run, 5, policy=Policy(max_failures=9)).run() == Tally(total=5, succeeded=4, lost=1)
    (beat,) = read_beats(run)  # its worker is gone, so it says the same
    assert beat.task_id == 0


def test_workers_that_die_before_they_run_anything_end_the_launch(
    run: RunDirectory, play: Callable[[str], None]
) -> None:
    play("echo this interpreter is broken >&2\nexit 7\n")
    with pytest.raises(LaunchError, match=r"exit code 7:\n.*interpreter is broken"):
        pool_of(run, 5, workers=2).run()


def test_an_interpreter_that_is_not_there(run: RunDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere"))
    with pytest.raises(LaunchError, match=r"could not be started: .*nowhere"):
        pool_of(run, 5, workers=2).run()


def test_a_worker_reports_what_it_cannot_read(run: RunDirectory) -> None:
    """The run has no frozen configs: every task fails with that, and none is silent."""
    tallies = Tallies()
    tally = pool_of(run, 5, workers=2, progress=tallies).run()
    assert tally == Tally(total=5, failed=5)
    assert tallies.seen[-1] == tally
    assert [seen.done for seen in tallies.seen] == sorted(seen.done for seen in tallies.seen)


@pytest.mark.parametrize("line", ["abcdone 1 0", "", "done 5 5", "done 0 1000000", "ready w2", "broken 77 disk full"])
def test_a_task_that_writes_in_place_of_its_worker_is_lost_and_the_others_run(
    run: RunDirectory, play: Callable[[str], None], line: str
) -> None:
    """By what it says, nobody could know any more what its worker has done."""
    play(f"""
if mkdir "$RUN/first" 2>/dev/null; then
    echo "ready w1"; read verb ids; echo "$ids " >>"$RUN/asked"; beat w1 1
    echo "{line}"; echo "done 2 0"; read nothing
fi
{_WORKS}""")
    write_shard(run, "w1", [success(0, 1.0)])
    tally = pool_of(run, 4, tasks_per_job=2).run()
    assert tally == Tally(total=4, succeeded=3, lost=1)
    (noted,) = read_exits(run)
    assert noted.task_id == 1
    assert noted.reason() == (f"killed, as its task wrote {line or ' '!r} in its place to the process that launched it")
    assert [str(ids) for ids, _ in turns(run)] == ["0-1", "2-3"]


def test_one_that_always_forges_comes_to_an_end(run: RunDirectory, play: Callable[[str], None]) -> None:
    play("""echo "ready w$$"; read verb ids; beat w$$ "${ids%-*}"; echo "done 100 100"; read nothing""")
    assert pool_of(run, 3, workers=2).run() == Tally(total=3, lost=3)


class LostLink(WorkerProcess):
    """A link that breaks with the first worker: nobody knows how that ended."""

    def end(self) -> End:
        end = super().end()
        return End(code=255, lost="node1 can't be reached") if end.code == -signal.SIGKILL else end


@pytest.mark.parametrize(("tasks_per_job", "lost"), [(1, 1), (3, 0)])
def test_of_a_worker_whose_link_broke_a_task_is_lost_only_if_it_was_alone(
    run: RunDirectory, play: Callable[[str], None], tasks_per_job: int, lost: int
) -> None:
    """Its beat may be old; so tasks of a longer turn run again, one by one."""
    play(f"{_DIES_ON_FIRST}{_WORKS}")
    progress = Notes()
    pool = Pool(
        run,
        Array(tasks=TaskIds.first(6), tasks_per_job=tasks_per_job),
        place=Place(),
        workers=1,
        open_link=lambda slot: LostLink.start(
            worker_command(run.path, Place()), run.worker_log(0, None, slot), {**os.environ, "FIRST": "0"}
        ),
        progress=progress,
    )
    assert pool.run() == Tally(total=6, succeeded=6 - lost, lost=lost)
    (noted,) = read_exits(run)
    assert (noted.task_id, noted.reason()) == (0 if lost else None, "node1 can't be reached")
    told = [text for text, _ in progress.noted]
    assert told == ([] if lost else ["a worker is lost, and is replaced: node1 can't be reached"])
    if not lost:
        assert [str(ids) for ids, _ in turns(run)][:4] == ["0-2", "0", "1", "2"]


def test_machines_that_are_never_reached_end_the_launch(run: RunDirectory, play: Callable[[str], None]) -> None:
    """Whatever the command that should reach them ends with, also if a worker that was stopped ended so."""

    class NoLink(WorkerProcess):
        def end(self) -> End:
            return End(code=super().end().code, lost="node1 can't be reached")

    play("exit 130")
    pool = Pool(
        run,
        Array(tasks=TaskIds.first(6)),
        place=Place(),
        workers=2,
        open_link=lambda slot: NoLink.start(
            worker_command(run.path, Place()), run.worker_log(0, None, slot), dict(os.environ)
        ),
        progress=Notes(),
    )
    with pytest.raises(LaunchError, match="3 workers in a row ended before they ran a task, the last with node1 can't"):
        pool.run()
