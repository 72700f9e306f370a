"""How many tasks may fail."""

import errno

import pytest

from sweeprun.design.policy import Policy
from sweeprun.launchers.failure_limit import FailureLimit
from sweeprun.store.directory import RunDirectory, make_run_directory
from sweeprun.store.notices import note_failure
from tests.faults import error


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    return make_run_directory(tmp_path_factory.mktemp("x") / "run", numbered=False)


def test_without_a_limit_nothing_is_noted(run: RunDirectory) -> None:
    limit = FailureLimit(run, 1, Policy())
    limit.note(3)
    assert not limit.is_reached()
    assert list(run.workers.iterdir()) == []


def test_what_others_noted_counts(run: RunDirectory) -> None:
    limit = FailureLimit(run, 2, Policy(max_failures=3))
    note_failure(run, 2, 1)
    note_failure(run, 1, 7)
    limit.note(2)
    assert not limit.is_reached()
    limit.note(5)
    assert limit.is_reached()


def test_what_can_not_be_written_counts_all_the_same(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise error(errno.EIO)

    monkeypatch.setattr("sweeprun.launchers.failure_limit.note_failure", fails)
    limit = FailureLimit(run, 1, Policy(max_failures=2))
    limit.note(2)
    assert not limit.is_reached()
    limit.note(5)
    assert limit.is_reached()
