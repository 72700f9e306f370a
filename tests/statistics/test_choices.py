import pytest

from sweeprun.errors import UsageError
from sweeprun.statistics.choices import choice
from sweeprun.statistics.differences import DifferenceKind
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.not_finite import NanPolicy


def test_a_name_is_one_of_those_that_there_are() -> None:
    assert choice(NanPolicy, "omit", "--nan") is NanPolicy.OMIT
    assert choice(DifferenceKind, "newcombe", "--interval") is DifferenceKind.NEWCOMBE
    with pytest.raises(UsageError, match="--nan is 'drop'; take one of omit, propagate, raise"):
        choice(NanPolicy, "drop", "--nan")
    with pytest.raises(UsageError, match="student, normal, bootstrap, wilson, counts, poisson, batches"):
        choice(IntervalKind, "t", "--interval")
