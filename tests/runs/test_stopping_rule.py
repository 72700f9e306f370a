"""When to stop adding members, as options say it."""

from typing import Any

import pytest

from sweeprun.errors import UsageError
from sweeprun.runs.stopping_rule import MoreMembers, StoppingRule
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.not_finite import NanPolicy


def test_what_is_not_given_is_as_usual() -> None:
    rule = StoppingRule.of("sem(x)<0.1")
    assert (str(rule.target), rule.target.level, rule.target.interval) == ("sem(x)<0.1", 0.95, None)
    assert (rule.over, rule.batch, rule.limit, rule.nan, rule.independent) == (None, None, 1000, NanPolicy.OMIT, None)


def test_what_is_given_is_kept() -> None:
    rule = StoppingRule.of("halfwidth(x)<0.1", over="seed", interval="normal", level=0.9, batch=3, limit=9, nan="raise")
    assert (rule.target.interval, rule.target.level) == (IntervalKind.NORMAL, 0.9)
    assert (rule.over, rule.batch, rule.limit, rule.nan) == ("seed", 3, 9, NanPolicy.RAISE)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"until": "x<0.1"}, "'x<0.1' is no target"),
        ({"until": 0.1}, "0.1 is no target"),
        ({"batch": 0}, "--batch is 0; it must be a whole number of at least 1"),
        ({"limit": 2.5}, "--limit is 2.5; it must be"),
        ({"interval": "wide"}, "--interval is 'wide'; take one of"),
        ({"nan": "skip"}, "--nan is 'skip'; take one of omit"),
        ({"level": 95}, "level"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        StoppingRule.of(**{"until": "sem(x)<0.1"} | options)


def test_further_members_are_a_word_or_an_axis() -> None:
    of_ensemble = MoreMembers(over="member", count=8)
    assert (of_ensemble.word, of_ensemble.axes, of_ensemble.members) == ("hydra.sweeper.members=8", {}, 8)
    of_range = MoreMembers(over="seed", count=3, values=range(1, 7, 2))
    assert (of_range.word, of_range.axes, of_range.members) == ("seed=range(1,7,2)", {"seed": range(1, 7, 2)}, None)
