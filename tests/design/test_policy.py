"""Policies: what is kept of them, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.policy import Policy
from sweeprun.errors import OverrideError

names = st.sampled_from(["LOST", "timeout", "OSError", "torch.cuda.OutOfMemoryError"])
policies = st.builds(
    Policy,
    retries=st.integers(0, 9),
    retry_on=st.none() | st.lists(names).map(tuple),
    timeout=st.none() | st.floats(0.001, 1e9),
    max_failures=st.none() | st.integers(1, 99),
    seed_globals=st.booleans(),
)


@given(policies)
def test_it_is_read_back_as_written(policy: Policy) -> None:
    assert Policy.from_dict(policy.to_dict()) == policy


def test_reasons() -> None:
    assert Policy().retries_after({"ValueError"})
    assert Policy(retry_on=("OSError", "LOST")).retries_after({"FileNotFoundError", "OSError"})
    assert not Policy(retry_on=("OSError", "LOST")).retries_after({"ValueError", "Exception"})
    assert not Policy(retry_on=()).retries_after({"LOST"})


@pytest.mark.parametrize("word", ["lost", "Lost", "TIMEOUT", "Timeout", "", "a b", "3"])
def test_what_can_be_no_reason_is_refused(word: str) -> None:
    with pytest.raises(OverrideError, match="retry_on"):
        Policy(retry_on=(word,))
