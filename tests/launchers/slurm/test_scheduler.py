"""What Slurm is asked of arrays: shell scripts play its commands."""

import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.launchers.arrays.scheduler import INDEX, JobRequest
from sweeprun.launchers.slurm.commands import SlurmError
from sweeprun.launchers.slurm.launcher import SlurmLauncher
from sweeprun.launchers.slurm.scheduler import SlurmScheduler, job_id_in
from sweeprun.store.activity import Element, ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import Process
from sweeprun.store.submissions import Job, JobRole, Submission, note_job
from tests.results.runs import count_axis, make_run

LAUNCHER = SlurmLauncher()
GONE = replace(Process.current(), born=1)
ELSEWHERE = Process(host="another host", pid=4711, born=1)


class Slurm:
    """Scripts in the place of Slurm's commands; they are the only ones on the PATH."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.submitted_in = str(folder.parent / "a rün")
        self._calls = folder / "calls"
        self.plays("scancel")
        self.plays("scontrol")

    def plays(self, name: str, *lines: str, stderr: str = "", code: int = 0) -> None:
        said = f"printf '%s' {shlex.quote(stderr)} >&2\n" if stderr else ""
        printed = "".join(f"echo {shlex.quote(line)}\n" for line in lines)
        if name == "squeue":  # it is asked for the directories of jobs, too
            places = dict.fromkeys(f"{line.partition('|')[0]}|{self.submitted_in}" for line in lines)
            asked = "".join(f"echo {shlex.quote(place)}\n" for place in places) or ":\n"
            printed = f'case "$*" in *%Z*)\n{asked};;*)\n{printed or ":"}\n;; esac\n'
        script = f'#!/bin/sh\necho {name} "$@" >>{shlex.quote(str(self._calls))}\n{printed}{said}exit {code}\n'
        (self._folder / name).write_text(script)
        (self._folder / name).chmod(0o755)

    def calls(self, name: str) -> list[str]:
        """The words of all calls of a command."""
        lines = self._calls.read_text().splitlines() if self._calls.exists() else []
        return [line.removeprefix(f"{name} ") for line in lines if line.startswith(f"{name} ")]


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Slurm:
    folder = tmp_path / "slürm bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return Slurm(folder)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("x", 100))


def submission(number: int, tasks: int = 10, **more: Any) -> Submission:
    made = Submission(number=number, array=Array(tasks=TaskIds.first(tasks)), token=f"a{number}", submitter=GONE)
    return replace(made, **more)


def row(job: int, index: int | str, state: str, token: str, reason: str = "None") -> str:
    return f"{job}|{index}|{state}|1795396361|n1|{reason}|sweeprun:{token}"


def test_elements_are_those_that_slurm_lists_and_all_others_have_ended(run: RunDirectory, slurm: Slurm) -> None:
    submissions = (submission(0), submission(1))
    slurm.plays(
        "squeue",
        row(16, 3, "RUNNING", "a0"),
        row(17, 4, "PENDING", "a1", "Resources"),
        row(18, 3, "RUNNING", "another's"),
    )
    found = LAUNCHER.activity(run, submissions)
    assert found.elements == {
        (0, 3): Element(state=ElementState.RUNNING, job_id="16", host="n1", since=1795396361.0),
        (1, 4): Element(state=ElementState.QUEUED, job_id="17", reason="Resources"),
    }
    assert found.asked == {0, 1}
    assert found.problem == ""
    assert found.state(0, 4) is ElementState.ENDED


def test_if_slurm_can_not_be_asked_nothing_is_taken_for_ended(run: RunDirectory, slurm: Slurm) -> None:
    slurm.plays("squeue", stderr="slurm_load_jobs error: Unable to contact slurm controller", code=1)
    found = LAUNCHER.activity(run, [submission(0)])
    assert found.state(0, 3) is None
    assert found.is_active(0, 3)
    assert "Unable to contact slurm controller" in found.problem


@pytest.mark.parametrize(
    ("submitter", "age", "state"),
    [
        (Process.current(), 1e6, ElementState.QUEUED),
        (GONE, 0.0, ElementState.ENDED),
        (ELSEWHERE, 0.0, ElementState.QUEUED),
        (ELSEWHERE, 1e6, ElementState.ENDED),
    ],
    ids=["alive", "gone", "elsewhere", "elsewhere long ago"],
)
def test_a_submission_without_a_job_waits_while_it_may_be_being_submitted(
    run: RunDirectory, slurm: Slurm, submitter: Process, age: float, state: ElementState
) -> None:
    slurm.plays("squeue")
    made = submission(0)
    found = LAUNCHER.activity(run, [replace(made, submitter=submitter, created=made.created - age)])
    assert found.state(0, 3) is state


def test_a_submission_whose_job_is_noted_is_not_being_submitted(run: RunDirectory, slurm: Slurm) -> None:
    slurm.plays("squeue")
    note_job(run, 0, Job(job_id="16"))
    assert LAUNCHER.activity(run, [submission(0, submitter=Process.current())]).state(0, 3) is ElementState.ENDED
    (asked,) = slurm.calls("squeue")
    assert "-j 16 " in asked


def test_accounts_say_how_elements_ended_that_are_listed_no_longer(run: RunDirectory, slurm: Slurm) -> None:
    note_job(run, 0, Job(job_id="16"))
    slurm.plays("squeue")
    made = submission(0)
    slurm.plays("sacct", f"16_3|{int(made.created)}|0:125|OUT_OF_MEMORY")
    found = LAUNCHER.activity(run, [made])
    assert found.elements == {(0, 3): Element(state=ElementState.ENDED, reason="OUT_OF_MEMORY (exit 0:125)")}


def test_an_element_that_runs_in_another_job_has_not_ended(run: RunDirectory, slurm: Slurm) -> None:
    made = submission(0)
    for job_id in ("16", "17"):
        note_job(run, 0, Job(job_id=job_id))
    slurm.plays("squeue", row(17, 3, "RUNNING", "a0"))
    slurm.plays("sacct", f"16_3|{int(made.created)}|1:0|FAILED", f"16_4|{int(made.created)}|1:0|FAILED")
    found = LAUNCHER.activity(run, [made])
    assert (found.state(0, 3), found.state(0, 4)) == (ElementState.RUNNING, ElementState.ENDED)
    assert found.elements[0, 4].reason == "FAILED (exit 1:0)"


def test_a_whole_run_is_cancelled_with_all_of_its_jobs(run: RunDirectory, slurm: Slurm) -> None:
    slurm.plays(
        "squeue",
        row(16, 3, "RUNNING", "a0"),
        row(16, 4, "PENDING", "a0"),
        row(17, "N/A", "PENDING", "a0:collect"),
        row(18, 0, "COMPLETED", "a0"),
        row(19, 0, "RUNNING", "another's"),
    )
    LAUNCHER.cancel(run, [submission(0)], None)
    assert slurm.calls("scancel") == ["16 17"]


def test_some_elements_are_cancelled_and_only_those_that_wait_or_run(run: RunDirectory, slurm: Slurm) -> None:
    slurm.plays(
        "squeue",
        *(row(16, index, "PENDING", "a0") for index in (2, 3, 4, 5, 9)),
        row(16, 6, "COMPLETED", "a0"),
        row(17, 3, "RUNNING", "a0"),  # the script was submitted again
        row(18, "N/A", "PENDING", "a0:collect"),
    )
    LAUNCHER.cancel(run, [submission(0)], [3, 4, 5, 6, 7])
    assert slurm.calls("scancel") == ["16_[3-5] 17_[3]"]


@pytest.mark.parametrize("place", ["{}-2", "/elsewhere", "{}/..", "{}\nmore"])
def test_a_job_of_another_run_goes_on_though_the_run_has_its_token(run: RunDirectory, slurm: Slurm, place: str) -> None:
    slurm.submitted_in = place.format(run.path)
    slurm.plays("squeue", row(16, 3, "RUNNING", "a0"), row(17, 3, "RUNNING", "a0"))
    with pytest.raises(
        UsageError, match=r"names job 16, 17, which was submitted in .* another run, and was not cancel"
    ):
        LAUNCHER.cancel(run, [submission(0)], None)
    with pytest.raises(UsageError, match=r"names job 16, 17, .* and was not changed; if it should be: scontrol update"):
        LAUNCHER.set_throttle(run, [submission(0)], 5)
    assert slurm.calls("scancel") == slurm.calls("scontrol") == []


def test_a_run_that_is_called_otherwise_here_is_the_same(run: RunDirectory, slurm: Slurm, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(run.path)
    slurm.submitted_in = str(tmp_path / "linked")
    slurm.plays("squeue", row(16, 3, "RUNNING", "a0"))
    LAUNCHER.cancel(run, [submission(0)], None)
    assert slurm.calls("scancel") == ["16"]


@pytest.mark.parametrize("elements", [None, [3]])
def test_if_nothing_waits_or_runs_nothing_is_cancelled(
    run: RunDirectory, slurm: Slurm, elements: list[int] | None
) -> None:
    slurm.plays("squeue", row(16, 3, "COMPLETED", "a0"))
    LAUNCHER.cancel(run, [submission(0)], elements)
    assert slurm.calls("scancel") == []


def test_a_throttle_is_divided_among_arrays_side_by_side(run: RunDirectory, slurm: Slurm) -> None:
    """Submissions that wait for one another take turns, so they count as one."""
    submissions = [submission(0), submission(1), submission(2, after=0)]
    slurm.plays(
        "squeue",
        *(row(16, index, "RUNNING", "a0") for index in range(2)),
        *(row(17, index, "RUNNING", "a1") for index in range(2)),
        *(row(18, index, "PENDING", "a2") for index in range(6)),
        row(19, "N/A", "PENDING", "a2:collect"),
    )
    LAUNCHER.set_throttle(run, submissions, 5)
    assert slurm.calls("scontrol") == [
        "update JobId=16 ArrayTaskThrottle=4",
        "update JobId=18 ArrayTaskThrottle=4",
        "update JobId=17 ArrayTaskThrottle=1",
    ]


def test_a_throttle_below_the_number_of_arrays_is_refused_by_number(run: RunDirectory, slurm: Slurm) -> None:
    slurm.plays("squeue", row(16, 0, "RUNNING", "a0"), row(17, 0, "RUNNING", "a1"))
    with pytest.raises(UsageError, match="1 elements at once are too few: 2 arrays"):
        LAUNCHER.set_throttle(run, [submission(0), submission(1)], 1)
    assert slurm.calls("scontrol") == []


def test_a_throttle_of_a_run_that_has_ended_is_refused(run: RunDirectory, slurm: Slurm) -> None:
    slurm.plays("squeue", row(16, 0, "COMPLETED", "a0"), row(17, "N/A", "PENDING", "a0:collect"))
    message = r"waits or runs; to start what is missing: sweeprun resume .* hydra.launcher\.throttle=N"
    with pytest.raises(UsageError, match=message) as error:
        LAUNCHER.set_throttle(run, [submission(0)], 3)
    assert run.shown() in str(error.value)


def test_a_throttle_is_changed_although_some_elements_have_ended(run: RunDirectory, slurm: Slurm) -> None:
    slurm.plays("squeue", row(16, 0, "RUNNING", "a0"), row(17, 0, "RUNNING", "a1"))
    submissions = [submission(0), submission(1)]
    slurm.plays("scontrol", stderr="16_2: Job/step already completing or completed: already finished", code=1)
    LAUNCHER.set_throttle(run, submissions, 4)
    assert len(slurm.calls("scontrol")) == 2
    slurm.plays("scontrol", stderr="slurm_update error: Access/permission denied", code=1)
    with pytest.raises(SlurmError, match="permission denied"):
        LAUNCHER.set_throttle(run, submissions, 4)


def test_looking_changes_nothing(run: RunDirectory, slurm: Slurm) -> None:
    slurm.plays("squeue", row(16, 3, "RUNNING", "a0"))
    before = sorted(os.walk(run.path))
    LAUNCHER.activity(run, [submission(0)])
    assert sorted(os.walk(run.path)) == before
    assert slurm.calls("scancel") == slurm.calls("scontrol") == []


def request(run: Path = Path("/runs/one"), **more: Any) -> JobRequest:
    made = JobRequest(
        run=run,
        script="submissions/0.sh",
        log=f"logs/0.{INDEX}.log",
        title="sweeprun-one",
        token="abc",
        array=Array(tasks=TaskIds.first(4), throttle=2),
        workers=2,
        cpus_per_worker=3,
        requeues=True,
        warning_seconds=60,
    )
    return replace(made, **more)


COLLECTING: dict[str, Any] = {"role": JobRole.COLLECT, "array": None, "title": "collect-one", "log": "logs/collect.log"}


def test_a_script_says_what_is_asked_for_and_the_users_options() -> None:
    scheduler = SlurmScheduler(sbatch={"partition": "short", "comment": "mine", "time": "1:00:00"})
    assert scheduler.directives(request()) == [
        "#SBATCH --job-name=sweeprun-one",
        '#SBATCH --comment="sweeprun:abc mine"',
        "#SBATCH --array=0-3%2",
        "#SBATCH --nodes=1",
        "#SBATCH --ntasks=2",
        "#SBATCH --cpus-per-task=3",
        "#SBATCH --requeue",
        "#SBATCH --signal=B:USR1@60",
        "#SBATCH --partition=short",
        "#SBATCH --time=1:00:00",
        "#SBATCH --output=logs/0.%a.log",
        "#SBATCH --open-mode=append",
    ]
    assert scheduler.opening(request()) == []
    assert "#SBATCH --no-requeue" in scheduler.directives(request(requeues=False))


def test_where_slurm_would_expand_the_path_the_script_sends_the_log_there() -> None:
    odd = request(Path("/runs/50%"))
    assert "#SBATCH --output=/dev/null" in SlurmScheduler().directives(odd)
    assert SlurmScheduler().opening(odd) == ['exec >>/runs/50%/logs/0."$SLURM_ARRAY_TASK_ID".log 2>&1']


def test_the_job_that_collects_has_what_it_needs_of_the_arrays_options() -> None:
    scheduler = SlurmScheduler(
        sbatch={"partition": "a", "mem": "9G", "account": "x"}, collect_sbatch={"partition": "b"}
    )
    assert scheduler.directives(request(**COLLECTING)) == [
        "#SBATCH --job-name=collect-one",
        "#SBATCH --comment=sweeprun:abc:collect",
        "#SBATCH --partition=b",
        "#SBATCH --account=x",
        "#SBATCH --output=logs/collect.log",
        "#SBATCH --open-mode=append",
    ]


@pytest.mark.parametrize("options", [{"sbatch": {"array": "0-3"}}, {"collect_sbatch": {"nonsense": 3}}])
def test_wrong_options_are_refused_as_it_is_made(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        SlurmScheduler(**options)


def test_a_job_is_submitted_behind_others_and_behind_what_the_user_said(run: RunDirectory, slurm: Slurm) -> None:
    slurm.plays("sbatch", "4711;cluster")
    scheduler = SlurmScheduler(sbatch={"dependency": "singleton"})
    assert scheduler.submit(request(run.path), [], {}) == "4711"
    scheduler.submit(request(run.path), ["7", "8"], {})
    scheduler.submit(request(run.path, **COLLECTING), ["7"], {})
    assert slurm.calls("sbatch") == [
        "--parsable submissions/0.sh",
        "--parsable --dependency=singleton,afterany:7:8 submissions/0.sh",
        "--parsable --dependency=afterany:7 submissions/0.sh",
    ]


def test_a_job_that_no_node_can_run_now_waits_if_one_is_down(slurm: Slurm) -> None:
    refusal = "sbatch: error: Batch job submission failed: Requested node configuration is not available"
    slurm.plays("sbatch", stderr=refusal, code=1)
    slurm.plays("sinfo", "n1|short|8|1000|up|down", "n2|short|2|1000|up|down")
    assert SlurmScheduler().check(request(), "", {}) == "no node can run this job now, and it will wait for one of: n1"
    slurm.plays("sinfo", "n2|short|2|1000|up|down")
    with pytest.raises(UsageError, match="no node here has what each job asks for"):
        SlurmScheduler().check(request(), "", {})


def test_variables_reach_sbatch_by_its_environment_alone(run: RunDirectory, slurm: Slurm, tmp_path: Path) -> None:
    sbatch = tmp_path / "slürm bin" / "sbatch"
    slurm.plays("sbatch", "7")
    sbatch.write_text(sbatch.read_text().replace("echo 7", 'echo "7$SECRET"'))
    assert SlurmScheduler().submit(request(run.path), [], {"SECRET": "1"}) == "71"
    assert "SECRET" not in "".join(SlurmScheduler().directives(request(run.path)))


@pytest.mark.parametrize(
    ("answer", "job_id"),
    [
        ("4711\n", "4711"),
        ("4711;big\n", "4711"),
        ("Submitted batch job 4711\n", "4711"),
        ("Submitted batch job 4711 on cluster big", "4711"),
        ("-----\nWelcome to the Lonestar6 Supercomputer\n-----\n--> Verifying valid jobname...OK\n4711\n", "4711"),
        ("sbatch: charging account abc, 3 nodes\n\n4711;c1\nYou have 12 jobs in the queue\n", "4711"),
        ("  Submitted batch job 4711  \r\nBudget left: 1234 hours\n", "4711"),
        ("checking 17 limits\n99\nsubmitted batch job 4711\n1234\n", "4711"),
        ("99\n4711;c1\n98\n", "4711"),
    ],
)
def test_an_id_is_found_in_whatever_is_printed_around_it(answer: str, job_id: str) -> None:
    assert job_id_in(answer) == job_id


@pytest.mark.parametrize("answer", ["", "\n", "Job submitted. Thank you.", "job 4711 will run", "4711 4712", "-17"])
def test_an_answer_without_an_id_is_no_crash_and_no_second_job(answer: str) -> None:
    with pytest.raises(SlurmError, match="no id of a job in its answer") as caught:
        job_id_in(answer)
    assert (caught.value.passing, caught.value.accepted) == (True, True)
