"""Known wordings, and what they mean."""

from sweeprun.launchers.arrays.complaints import complaints, first_match

TABLE = [
    *complaints(passing=True, advice={"queue (?P<name>[a-z]+) is full|full queue": "wait for {option}"}),
    *complaints(passing=False, advice={"queue": "choose another"}),
]


def test_the_first_that_matches_counts() -> None:
    found = first_match(TABLE, "error: Queue short is FULL")
    assert found is not None
    complaint, named = found
    assert (complaint.advice, complaint.passing, named) == ("wait for {option}", True, "short")
    found = first_match(TABLE, "no such queue")
    assert found is not None
    assert (found[0].passing, found[1]) == (False, "")


def test_a_wording_that_nobody_knows() -> None:
    assert first_match(TABLE, "something new") is None
