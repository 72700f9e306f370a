import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeprun.errors import FormatError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.verification import Verification, keep_verification, read_verification

OUTCOME = Verification(
    time="2026-05-04T10:11:12+00:00",
    host="n1",
    sample=20,
    seed=0,
    equal=18,
    code="abc",
    different=(3, 17),
    causes=("it draws from numpy.random",),
)


def test_the_last_outcome_is_kept(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    assert read_verification(run) is None
    keep_verification(run, OUTCOME)
    later = replace(OUTCOME, equal=20, different=(), causes=())
    keep_verification(run, later)
    assert read_verification(run) == later
    assert [path.name for path in tmp_path.iterdir()] == ["verification.json"]


def test_long_outcomes_are_cut(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    keep_verification(run, replace(OUTCOME, different=tuple(range(5000)), causes=("x" * 9000,)))
    found = read_verification(run)
    assert found is not None
    assert (len(found.different), len(found.causes[0])) == (1000, 500)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"format": "other"},
        {"equal": 21},
        {"equal": "18"},
        {"sample": None},
        {"different": "3"},
        {"different": ["3"]},
        {"causes": [1]},
        {"more": 1},
    ],
)
def test_anything_else_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    run = RunDirectory(tmp_path)
    keep_verification(run, OUTCOME)
    run.verification.write_text(json.dumps(json.loads(run.verification.read_text()) | changes))
    with pytest.raises(FormatError, match=r"verification\.json"):
        read_verification(run)


def test_it_is_not_read_through_a_link(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    run.path.mkdir()
    other = RunDirectory(tmp_path)
    keep_verification(other, OUTCOME)
    run.verification.symlink_to(other.verification)
    with pytest.raises(FormatError, match="symbolic link"):
        read_verification(run)
