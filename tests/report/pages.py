"""Runs made by hand, and their pages, for the tests."""

from pathlib import Path
from typing import Any

import numpy as np

from sweeprun.report.html import page_html
from sweeprun.report.page import Page, page_of
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard

HOSTILE = (
    "</script><script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
    "\u2028\u202e{{ 7*7 }}${window.hacked=1}"
)
HOSTILE_NAME = HOSTILE.replace("/", "")


def page_of_run(run: RunDirectory, *, active: bool = False) -> Page:
    return page_of(take_snapshot(run), active=active)


def two_axes(path: Path, *, whole: bool = False) -> RunDirectory:
    """3 x 4 points, 5 members; one task failed, one is pending, unless the run is whole."""
    run = make_run(path, axis("lr", [0.1, 1.0, 10.0]), count_axis("depth", 4), count_axis("member", 5))
    rng = np.random.default_rng(0)
    records = []
    for task_id in range(60 if whole else 59):
        lr, depth = task_id // 20, task_id // 5 % 4
        loss = lr + depth + 0.1 * rng.normal()
        result = {
            "loss": ((), loss, {"units": "J m-2", "long_name": "final loss"}),
            "curve": ("step", rng.random(6) + lr),
        }
        failed = task_id == 7 and not whole
        records.append(failure(task_id, message="no value 17") if failed else success(task_id, result))
    write_shard(run, "0.0-a", records[:30], records[30:])
    return run


def one_axis(path: Path, outputs: list[Any], name: str = "x") -> RunDirectory:
    """One task for each of some results."""
    run = make_run(path, count_axis(name, len(outputs)))
    write_shard(run, "0.0-a", [success(task_id, output) for task_id, output in enumerate(outputs)])
    return run


def hostile(path: Path) -> RunDirectory:
    """Texts that would like to be more than text, wherever a run can have some."""
    run = make_run(path, axis("k", [HOSTILE, "b"]), count_axis("member", 3))
    result = {
        HOSTILE_NAME: ((), 1.0, {"units": HOSTILE, "long_name": HOSTILE}),
        "text": HOSTILE,
        "curve": (HOSTILE_NAME[:9], np.arange(3.0)),
    }
    records = [success(task_id, result) for task_id in range(5)]
    write_shard(run, "0.0-a", [*records, failure(5, kind=HOSTILE, message=HOSTILE)])
    return run


def written(path: Path, run: RunDirectory) -> Path:
    path.write_text(page_html(page_of_run(run)), encoding="utf-8", errors="replace")
    return path
