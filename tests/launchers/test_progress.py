"""The tally of a launch."""

from sweeprun.launchers.progress import Tally


def test_tasks_that_failed_or_were_lost_have_ended_too() -> None:
    assert Tally(total=10).done == 0
    assert Tally(total=10, succeeded=1, failed=2, lost=4).done == 7
