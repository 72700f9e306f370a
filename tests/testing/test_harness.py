"""What a test of the contract shows when it fails."""

import signal
from pathlib import Path

import pytest

from sweeprun.store.workers import Exit, append_exit
from sweeprun.testing import harness, launcher_contract
from sweeprun.testing.harness import LauncherHarness, describe_run
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.mark.parametrize("module", [harness, launcher_contract])
def test_asserts_show_values(module: object) -> None:
    loader = getattr(module, "__loader__", None)
    assert type(loader).__name__ == "AssertionRewritingHook"


def test_a_run_is_described_by_all_that_is_known_of_it(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a rün", count_axis("seed", 3))
    write_shard(run, "w", [success(0, 1.0), failure(1, attempt=2)])
    append_exit(run, "me", Exit(worker="w", task_id=2, code=-signal.SIGKILL, when=0.0))
    run.log("0.worker-0").write_bytes(b"last words\xff\n")
    assert describe_run(run).splitlines() == [
        f"--- {run.path}",
        "states: ['succeeded', 'failed', 'lost']",
        "records: [(0, 1), (1, 2)]",
        "task 2: w ended: signal SIGKILL",
        "--- 0.worker-0.log",
        "last words\ufffd",
    ]


def test_a_run_that_can_not_be_read_says_why(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    run.manifest.write_text("{}")
    assert "manifest.json" in describe_run(run)


def test_what_is_waited_for_in_vain_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "DEADLINE_SECONDS", 0.0)
    with pytest.raises(AssertionError, match="tasks that run: 1 was found, and 2 expected"):
        LauncherHarness().until(lambda: 1, 2, "tasks that run")
