"""Running tasks of a run again; tests/notebook/test_sweeping.py compares what they give."""

from pathlib import Path

import pytest

import sweeprun
from sweeprun.errors import UsageError
from tests.results.runs import count_axis, make_run


def test_a_task_must_be_named(tmp_path: Path) -> None:
    run = sweeprun.open_run(make_run(tmp_path / "run", count_axis("seed", 2)).path)
    with pytest.raises(UsageError, match="which task"):
        run.replay()
