"""Submissions made by hand, and the processes that may have made them."""

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.local import LocalLauncher
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import Process
from sweeprun.store.submissions import Submission, write_submission
from tests.runs.queue_launcher import QueueLauncher

ELSEWHERE = Process(host="another host", pid=4711, born=1)
GONE = replace(Process.current(), born=1)
"""A process of this host whose id was given to another since."""

ALIVE = Process.of(os.getppid())
LOCAL = LocalLauncher().to_dict()
QUEUE = QueueLauncher().to_dict()


def submit(
    run: RunDirectory,
    number: int = 0,
    tasks: str = "0-9",
    *,
    launcher: Mapping[str, Any] = LOCAL,
    submitter: Process = GONE,
    tasks_per_job: int = 1,
    throttle: int = 1,
    **others: Any,
) -> Submission:
    submission = Submission(
        number=number,
        array=Array(tasks=TaskIds.parse(tasks), tasks_per_job=tasks_per_job, throttle=throttle),
        launcher=dict(launcher),
        submitter=submitter,
        **others,
    )
    write_submission(run, submission)
    return submission
