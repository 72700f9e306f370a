"""What came out of running tasks again, as a notebook shows it."""

from pathlib import Path

from sweeprun.notebook.verify_view import RunVerified
from sweeprun.results.comparing import Difference
from sweeprun.runs.verify import Verdict
from sweeprun.store.directory import RunDirectory


def test_tasks_that_differ_are_shown_with_what_differs_and_why() -> None:
    same = Verdict(task_id=1, coordinates={"seed": 1}, differences=())
    other = Verdict(
        task_id=2,
        coordinates={"seed": 2},
        differences=(Difference(variable="x", what="1 of 1 numbers"), Difference(variable="", what="gone")),
        cause="it draws from numpy.random",
    )
    found = RunVerified(run=RunDirectory(Path("run")), verdicts=(same, other))
    assert not found.equal
    assert found.different == (other,)
    assert repr(found).splitlines() == [
        "1/2 equal to the bit",
        "  task 2 seed=2: x: 1 of 1 numbers; gone (it draws from numpy.random)",
    ]
