"""What Slurm prints, read."""

from sweeprun.launchers.slurm.queue import parse_accounting, parse_queue
from sweeprun.store.activity import Element, ElementState
from sweeprun.store.submissions import JobRole

LISTED = """\
16|3|RUNNING|1795396361|n1|None|sweeprun:abc
16|4|PENDING|N/A||JobArrayTaskLimit|sweeprun:abc mine | too
16|5|TIMEOUT|1795396000|n2|TimeLimit|sweeprun:abc
16|6|COMPLETED|1795396000|n2|None|sweeprun:abc
17|N/A|PENDING|N/A||Dependency|sweeprun:abc:collect
18|0|RUNNING|1795396361|n1|None|somebody else's
19|0|RUNNING|1795396361|n1|None|(null)
slurm_load_jobs error: something
"""


def test_our_jobs_are_told_by_their_comment() -> None:
    jobs = list(parse_queue(LISTED))
    assert [(job.job_id, job.index, job.token, job.role) for job in jobs] == [
        ("16", 3, "abc", JobRole.ARRAY),
        ("16", 4, "abc", JobRole.ARRAY),
        ("16", 5, "abc", JobRole.ARRAY),
        ("16", 6, "abc", JobRole.ARRAY),
        ("17", None, "abc", JobRole.COLLECT),
    ]
    assert [job.element for job in jobs] == [
        Element(state=ElementState.RUNNING, job_id="16", host="n1", since=1795396361.0),
        Element(state=ElementState.QUEUED, job_id="16", reason="JobArrayTaskLimit"),
        Element(state=ElementState.ENDED, job_id="16", reason="TIMEOUT (TimeLimit)", host="n2", since=1795396000.0),
        Element(state=ElementState.ENDED, job_id="16", reason="COMPLETED", host="n2", since=1795396000.0),
        Element(state=ElementState.QUEUED, job_id="17", reason="Dependency"),
    ]


def test_accounts_of_older_jobs_of_the_same_id_are_passed_over() -> None:
    text = """\
16_1|1000|0:9|CANCELLED by 1000
16_2|1000|0:125|OUT_OF_MEMORY
16_3|1000|0:0|RUNNING
16_[4-9]|1000|0:0|PENDING
16|1000|0:0|FAILED
15_1|100|1:0|FAILED
nonsense
"""
    assert parse_accounting(text, since=1000.0) == {
        ("16", 1): "CANCELLED (exit 0:9)",
        ("16", 2): "OUT_OF_MEMORY (exit 0:125)",
    }
