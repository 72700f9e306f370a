"""Further values and members, until a target holds."""

from pathlib import Path

import pytest

import sweeprun
from sweeprun.errors import UsageError
from sweeprun.store.submissions import read_submissions
from tests.notebook.studies import noisy


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_members_are_added_until_a_target_holds_and_the_result_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    run = sweeprun.sweep(noisy, {"lr": [0.1], "seed": range(4)}).wait()
    with pytest.raises(UsageError, match="until says itself which members to add, so lr can't be given with it"):
        run.extend(until="sem(noise)<0.1", lr=[0.2])
    with pytest.raises(UsageError, match="limit is 0; it must be a whole number of at least 1"):
        run.extend(until="sem(noise)<0.1", limit=0)
    reached = run.extend(until="sem(noise)<0.11", over="seed", batch=4, limit=16)
    assert reached.holds
    assert reached.members == run.dataset.sizes["seed"] == 4 + reached.added
    assert repr(reached).startswith("sem(noise)<0.11 holds at every point (1) with ")
    told = capsys.readouterr().err
    assert "4 members: sem(noise) is " in told
    last = read_submissions(run._directory)[-1]
    assert last.provenance["command"] == [f"run.extend(seed=range(0, {reached.members}))"]


def test_what_goes_with_a_target_is_without_one_an_axis() -> None:
    def double(batch: int) -> int:
        return 2 * batch

    run = sweeprun.sweep(double, {"batch": [1, 2]}).wait()
    started = run.extend(batch=[3])
    assert repr(started).startswith("started 1 task in the background: 2; ")
    assert started.wait()["result"].values.tolist() == [2, 4, 6]
    assert repr(run.extend(batch=[1])).startswith("nothing to add: ")
