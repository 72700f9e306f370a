"""Tasks that were made with other code than their submission: found from what lies on disk, whatever that is."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.provenance.code import Code, SourceFile, write_code
from sweeprun.provenance.mixed_code import OtherCode, other_code_of
from sweeprun.provenance.origin import Origin
from sweeprun.store.directory import RunDirectory
from sweeprun.store.records import Record
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.submissions import Submission, write_submission
from tests.results.runs import count_axis, failure, make_run, success, write_shard


def code_of(text: str, *more: str) -> Code:
    return Code(base="/", files={f"{name}.py": SourceFile(content=text, meaning=text) for name in ("mod", *more)})


def made_with(code: str, record: Record, started: float = 1.0) -> Record:
    return replace(record, origin=Origin(code=code).to_json(), started=started)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "run", count_axis("seed", 6))


def submit(run: RunDirectory, number: int, code: str) -> None:
    provenance = {"code": code} if code else {}
    write_submission(run, Submission(number=number, array=Array(tasks=TaskIds.first(6)), provenance=provenance))


def found_in(run: RunDirectory) -> OtherCode | None:
    return other_code_of(take_snapshot(run))


def test_what_is_other_is_counted_and_the_first_is_named(run: RunDirectory) -> None:
    first, second, third = (write_code(run, code_of(text)) for text in "abc")
    submit(run, 0, first)
    write_shard(run, "0.host-1", [made_with(first, success(0, 1))], [made_with(third, success(1, 2), 90.0)])
    write_shard(run, "0.host-2", [made_with(second, success(2, 3), 50.0), made_with(second, failure(3), 51.0)])
    found = found_in(run)
    assert found == OtherCode(
        tasks=3,
        total=6,
        differences=("mod.py has changed",),
        worker="0.host-2",
        since=50.0,
        told_apart=True,
    )
    assert str(found) == (
        "3 of 6 tasks ran with other code than was submitted: mod.py has changed; the first on worker 0.host-2, "
        "1970-01-01T00:00:50+00:00; code_digest in the Dataset tells them apart; to have all from one code, start a "
        "new sweep"
    )


def test_each_submission_has_its_own_code(run: RunDirectory) -> None:
    first, second = (write_code(run, code_of(text)) for text in "ab")
    submit(run, 0, first)
    submit(run, 1, second)
    write_shard(run, "0.host-1", [made_with(first, success(0, 1))])
    write_shard(run, "1.4-host-1", [made_with(second, success(1, 1))])
    assert found_in(run) is None
    write_shard(run, "1.5-host-1", [made_with(first, success(2, 1))])
    found = found_in(run)
    assert found is not None
    assert (found.tasks, found.worker) == (1, "1.5-host-1")


def test_what_has_run_again_since_does_not_count(run: RunDirectory) -> None:
    first, second = (write_code(run, code_of(text)) for text in "ab")
    submit(run, 0, first)
    write_shard(run, "0.host-1", [made_with(second, failure(0))])
    assert found_in(run) is not None
    write_shard(run, "0.host-2", [made_with(first, success(0, 1, attempt=2))])
    assert found_in(run) is None


def test_nothing_is_said_where_nothing_is_known(run: RunDirectory) -> None:
    known = write_code(run, code_of("a"))
    write_shard(run, "0.host-1", [made_with(known, success(0, 1)), made_with(known, success(1, 1))])
    assert found_in(run) is None  # neither a submission nor the manifest says what it should be
    submit(run, 0, known)
    write_shard(run, "0.host-2", [success(2, 1)], [made_with("", success(3, 1))])
    assert found_in(run) is None


def test_all_results_of_other_code_are_not_told_apart(run: RunDirectory) -> None:
    first, second = (write_code(run, code_of(text)) for text in "ab")
    submit(run, 0, first)
    write_shard(run, "0.host-1", [made_with(second, success(0, 1))])
    assert "code_digest" not in str(found_in(run))


def test_many_and_long_differences_are_shortened(run: RunDirectory) -> None:
    names = tuple(f"{'x' * 1000}{number}" for number in range(30))
    first, second = (write_code(run, code_of(text, *names)) for text in "ab")
    submit(run, 0, first)
    write_shard(run, f"0.{'w' * 200}", [made_with(second, success(0, 1))])
    told = str(found_in(run))
    assert "and 28 more differences" in told
    assert len(told) < 1500


@pytest.mark.parametrize("digest", ["../../etc/passwd", "ffffffffffff", "x" * 10**5, "a\x1b[31m\nb"])
def test_digests_of_which_nothing_is_kept(run: RunDirectory, digest: str) -> None:
    submit(run, 0, write_code(run, code_of("a")))
    write_shard(run, "no number", [made_with(digest, success(0, 1))])
    told = str(found_in(run))
    assert told.startswith("1 of 6 tasks ran with other code than was submitted; the first on worker no number")
    assert digest not in told


def test_submissions_and_code_that_cannot_be_read(run: RunDirectory) -> None:
    first, second = (write_code(run, code_of(text)) for text in "ab")
    submit(run, 0, first)
    write_shard(run, "0.host-1", [made_with(second, success(0, 1))])
    for digest in (first, second):
        run.code(digest).write_text(json.dumps({"format": [], "files": 3}))
    assert "1 of 6 tasks ran with other code than was submitted; the first" in str(found_in(run))
    run.submission(0).write_text("[]")
    assert found_in(run) is None
