"""A job of Slurm from inside: its environment, and what it asks of Slurm, whose commands shell scripts play."""

from pathlib import Path

import pytest

from sweeprun.errors import UsageError
from sweeprun.launchers.slurm.commands import SlurmError
from sweeprun.launchers.slurm.job import SlurmJob

ENVIRON = {"SLURM_JOB_ID": "9", "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "3"}


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What Slurm's commands were called with."""
    for name, answer in (("squeue", 'echo "$SLURM_TIME_FORMAT 1795396361"'), ("scontrol", ":"), ("scancel", ":")):
        play(tmp_path / name, answer)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path / "calls"


def play(path: Path, answer: str) -> None:
    path.write_text(f"#!/bin/bash\necho {path.name} \"$@\" >>'{path.parent}/calls'\n{answer}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("restarts", "expected"), [({}, 0), ({"SLURM_RESTART_COUNT": ""}, 0), ({"SLURM_RESTART_COUNT": "2"}, 2)]
)
def test_a_job_is_known_by_its_environment(restarts: dict[str, str], expected: int) -> None:
    assert SlurmJob.from_environment(ENVIRON | restarts) == SlurmJob(job_id="7", index=3, restarts=expected)


@pytest.mark.parametrize("environ", [{}, {"SLURM_ARRAY_JOB_ID": "7"}, ENVIRON | {"SLURM_ARRAY_TASK_ID": "x"}])
def test_what_is_no_element_is_told_what_to_do(environ: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"element of a Slurm array, and this is none; by hand, run `sweeprun worker"):
        SlurmJob.from_environment(environ)


def test_slurm_says_when_the_time_is_up(calls: Path, tmp_path: Path) -> None:
    play(tmp_path / "squeue", 'test "$SLURM_TIME_FORMAT" = %s && echo 1795396361')
    assert SlurmJob.from_environment(ENVIRON).end() == 1795396361
    assert calls.read_text() == "squeue -h -j 7_3 -o %e\n"


@pytest.mark.parametrize("answer", ["echo nonsense", "printf '1\\n2\\n'", "echo N/A", ":"])
def test_an_end_that_is_no_number_is_unknown(calls: Path, tmp_path: Path, answer: str) -> None:
    play(tmp_path / "squeue", answer)
    assert SlurmJob.from_environment(ENVIRON).end() is None
    assert calls.exists()


def test_it_is_queued_again_and_the_rest_taken_out_by_slurms_commands(calls: Path, tmp_path: Path) -> None:
    job = SlurmJob.from_environment(ENVIRON)
    assert job.requeue() is None  # type: ignore[func-returns-value]  # no exit code is needed
    job.cancel_queued()
    assert calls.read_text() == "scontrol requeue 7_3\nscancel --state=PENDING 7\n"
    play(tmp_path / "scontrol", "echo 'Requested operation is presently disabled' >&2; exit 1")
    with pytest.raises(SlurmError, match="presently disabled"):
        job.requeue()
