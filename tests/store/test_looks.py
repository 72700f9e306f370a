"""Looks: each is kept, in order, with its rule."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sweeprun.errors import FormatError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.looks import LookRecord, keep_look, read_looks

LOOK = LookRecord(
    rule="se(x) < 0.1 ü",
    over="member",
    time="2026-05-04T10:11:12+00:00",
    members=10,
    open_points=3,
    points=4,
    worst=0.25,
    added=10,
    interval="wilson",
    level=0.9,
)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path)


def test_looks_come_back_in_the_order_in_which_they_were_kept(run: RunDirectory) -> None:
    assert list(read_looks(run)) == []
    looks = [replace(LOOK, members=10 * i, worst=None if i == 1 else 1 / i) for i in range(1, 12)]
    for look in looks:
        keep_look(run, look)
    assert list(read_looks(run)) == looks


def test_a_look_is_kept_beside_one_that_another_process_has_just_kept(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_look(run, LOOK)
    monkeypatch.setattr("sweeprun.store.looks._count", lambda _: 0)  # as it was when this process counted
    keep_look(run, replace(LOOK, added=20))
    monkeypatch.undo()
    assert [look.added for look in read_looks(run)] == [10, 20]


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"version": 4}, "no look of version 3"),
        ({"format": None}, "no look of version 3"),
        ({"members": "10"}, "malformed: '10' is a str"),
        ({"worst": "high"}, "malformed: 'high' is a str"),
        ({"rule": 5}, "malformed: 5 is a int"),
        ({"interval": 5}, "malformed: 5 is a int"),
        ({"level": "high"}, "malformed: 'high' is a str"),
        ({"undetermined_points": "many"}, "malformed: 'many' is a str"),
        ({"nan": 5}, "malformed: 5 is a int"),
        ({"independent": "yes"}, "malformed: 'yes' is a str"),
        ({"more": 1}, "malformed: .*'more'"),
    ],
)
def test_a_look_that_is_not_what_was_written_is_refused(
    run: RunDirectory, changes: dict[str, object], match: str
) -> None:
    keep_look(run, LOOK)
    run.look(1).write_text(json.dumps(json.loads(run.look(1).read_text()) | changes))
    with pytest.raises(FormatError, match=match) as raised:
        list(read_looks(run))
    assert str(run.look(1)) in str(raised.value)


def test_a_look_without_all_of_its_fields_is_refused(run: RunDirectory) -> None:
    keep_look(run, LOOK)
    data = json.loads(run.look(1).read_text())
    del data["over"]
    run.look(1).write_text(json.dumps(data))
    with pytest.raises(FormatError, match="'over'"):
        list(read_looks(run))


def test_a_look_of_version_1_did_not_say_which_interval_it_was_about(run: RunDirectory) -> None:
    keep_look(run, LOOK)
    data = json.loads(run.look(1).read_text())
    del data["interval"], data["level"], data["nan"], data["independent"]
    run.look(1).write_text(json.dumps(data | {"version": 1}))
    (look,) = read_looks(run)
    assert look == replace(LOOK, interval=None, level=0.95)
    assert (look.described_rule, LOOK.described_rule) == ("se(x) < 0.1 ü", "se(x) < 0.1 ü (wilson, level 0.9)")


def test_what_the_user_chose_is_part_of_the_rule() -> None:
    chosen = replace(LOOK, nan="propagate", independent=True)
    expected = "se(x) < 0.1 ü (wilson, level 0.9, nan=propagate, members assumed independent)"
    assert chosen.described_rule == expected


def test_points_that_are_undetermined_are_told_apart() -> None:
    assert LOOK.state == "3 of 4 points open"
    assert replace(LOOK, undetermined_points=2).state == "1 of 4 points open and 2 undetermined"
