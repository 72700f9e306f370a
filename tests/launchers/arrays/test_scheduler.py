"""The seam: what is behind it is known to no module before it."""

import re
from pathlib import Path

from sweeprun.launchers import arrays
from sweeprun.launchers.arrays.scheduler import ByHand, JobRequest
from sweeprun.store.activity import ElementState
from tests.launchers.arrays.listing import Listing, job

_SCHEDULERS = (
    r"slurm|sbatch|squeue|scancel|scontrol|sacct|srun|qsub|qstat|qdel|bsub|bjobs|condor|grid engine|\bpbs\b|\blsf\b"
)


def test_no_scheduler_is_named_in_what_all_share() -> None:
    (room,) = arrays.__path__
    named = {
        (path.name, found)
        for path in Path(room).glob("*.py")
        for found in re.findall(_SCHEDULERS, path.read_text(), re.IGNORECASE)
    }
    assert named == set()


def test_the_program_that_submits_is_the_first_word() -> None:
    assert ByHand(submit="qsub -V {script}", cancel="qdel {job}").submit_program == "qsub"


def test_a_job_has_ended_if_its_element_has() -> None:
    assert job("7", 0, ElementState.ENDED).has_ended
    assert not job("7", 0, ElementState.QUEUED).has_ended


def test_most_ids_are_numbers() -> None:
    assert [text for text in ("7", "", "-7", "7[]", "7.server", "٣") if Listing().is_job_id(text)] == ["7"]


def test_what_a_scheduler_need_not_do() -> None:
    request = JobRequest(run=Path("run"), script="0.sh", log="0.log", title="t", token="a0")
    assert super(Listing, Listing()).opening(request) == []
    assert super(Listing, Listing()).ended(["7"], 0.0) == {}
