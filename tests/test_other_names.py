"""Which option is meant by a name that others have for it."""

import pytest

from sweeprun.other_names import OTHER_NAMES, meant_by
from sweeprun.wording import Option, launcher, sweeper


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("n_jobs", launcher("throttle")),
        ("nJobs", launcher("throttle")),
        ("num-workers", launcher("throttle")),
        ("throttle", launcher("throttle")),
        ("seeds", sweeper("members")),
        ("walltime", sweeper("timeout")),
        ("lr", None),
        ("", None),
    ],
)
def test_names_in_any_spelling(name: str, option: Option | None) -> None:
    assert meant_by(name) == option


def test_no_name_has_two_meanings() -> None:
    names = [name for others in OTHER_NAMES.values() for name in others.split()]
    assert len(names) == len(set(names))
