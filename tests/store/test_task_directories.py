"""Directories of tasks can't be among the files of their run."""

from pathlib import Path

import pytest

from sweeprun.errors import UsageError
from sweeprun.store.task_directories import check_task_directory


@pytest.mark.parametrize("subdir", ["logs", "logs/3", "./shards", "x/../workers/3", "config.yaml", "earlier"])
def test_those_of_the_run_are_refused(subdir: str) -> None:
    with pytest.raises(UsageError, match="holds what belongs to the run"):
        check_task_directory(Path(subdir))


@pytest.mark.parametrize("subdir", ["17", "job_logs", "lr=1/logs", ".", "../logs"])
def test_all_others_may_be(subdir: str) -> None:
    assert check_task_directory(Path(subdir)) == Path(subdir)
