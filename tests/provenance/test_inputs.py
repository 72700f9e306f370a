"""Input files: what was in them, and which are not what they were."""

import json
import os
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from sweeprun.errors import FormatError, UsageError
from sweeprun.provenance.inputs import (
    InputFile,
    changed_inputs,
    read_input_files,
    read_inputs,
    write_inputs,
)
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import write_extension
from tests.results.runs import axis, make_run

NAMES = ("data/a 'ü'.csv", "data/b.csv")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The directory of a study with two input files."""
    (tmp_path / "data").mkdir()
    for name in NAMES:
        (tmp_path / name).write_text(f"of {name}\n")
    return tmp_path


@pytest.fixture
def run(base: Path) -> RunDirectory:
    """A run of these files."""
    run = make_run(base / "run", axis("seed", [0]))
    write_inputs(run, read_input_files(base, NAMES))
    return run


def test_files_of_one_content_have_one_digest(base: Path) -> None:
    (base / "copy").write_bytes((base / NAMES[1]).read_bytes())
    first, second, copy = read_input_files(base, [*NAMES, "copy"])
    assert [file.path for file in (first, second, copy)] == [*NAMES, "copy"]
    assert second.digest == copy.digest != first.digest
    assert first.size == (base / NAMES[0]).stat().st_size
    assert len(first.digest) == 32


@pytest.mark.parametrize(("name", "why"), [("data/nöne", "No such file"), ("data", "Is a directory")])
def test_a_file_that_can_not_be_read_is_named(base: Path, name: str, why: str) -> None:
    with pytest.raises(UsageError, match=f"can't read the input '.*{name}': {why}"):
        read_input_files(base, [*NAMES, name])


def test_what_was_in_files_comes_back_with_that_of_added_tasks(base: Path, run: RunDirectory) -> None:
    (base / "added").write_text("")
    (added,) = read_input_files(base, ["added"])
    run.extensions.mkdir()
    write_extension(run, 1, [], inputs=[asdict(added)])
    known = read_inputs(run)
    assert list(known) == [*NAMES, "added"]
    assert known["added"] == added
    assert [known[name] for name in NAMES] == read_input_files(base, NAMES)


def test_a_run_without_inputs_has_none(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", axis("seed", [0]))
    assert read_inputs(run) == {}
    assert list(map(str, changed_inputs(run, tmp_path))) == []


def test_files_that_are_not_what_they_were_are_listed_with_the_difference(base: Path, run: RunDirectory) -> None:
    assert list(map(str, changed_inputs(run, base))) == []
    first, second = (base / name for name in NAMES)
    size = first.stat().st_size
    first.write_bytes(b"x" * size)
    os.utime(first, ns=(1, 1))
    second.write_text("longer than before\n" * 3)
    assert list(map(str, changed_inputs(run, base))) == [
        f"{NAMES[0]}: other content",
        f"{NAMES[1]}: 57 bytes, which were 14",
    ]
    first.unlink()
    second.unlink()
    second.mkdir()
    assert list(map(str, changed_inputs(run, base))) == [
        f"{NAMES[0]}: No such file or directory",
        f"{NAMES[1]}: no regular file any more",
    ]


def test_a_file_that_was_only_touched_is_the_same(base: Path, run: RunDirectory) -> None:
    os.utime(base / NAMES[0], ns=(1, 1))
    assert list(map(str, changed_inputs(run, base))) == []


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"version": 2}, "'sweeprun-inputs' of version 2 and this sweeprun reads 'sweeprun-inputs' of version 1"),
        ({"format": "else"}, "'else' of version 1"),
        ({"files": ["a.csv"]}, "malformed"),
        ({"files": [{"path": "a.csv"}]}, "malformed: .*'size'"),
    ],
)
def test_notes_that_are_not_what_was_written_are_refused(
    run: RunDirectory, changes: dict[str, object], match: str
) -> None:
    run.inputs.write_text(json.dumps(json.loads(run.inputs.read_text()) | changes))
    with pytest.raises(FormatError, match=match):
        read_inputs(run)


@pytest.mark.parametrize("change", [{"path": 1}, {"size": "1"}, {"modified_ns": 1.5}, {"digest": None}])
def test_fields_of_other_types_are_refused(run: RunDirectory, change: dict[str, object]) -> None:
    run.inputs.unlink()
    write_inputs(run, [replace(InputFile(path="a", size=1, modified_ns=1, digest="0"), **change)])  # type: ignore[arg-type]
    with pytest.raises(FormatError, match=f"malformed: {next(iter(change.values()))!r} is a"):
        read_inputs(run)


@pytest.mark.parametrize("files", [None, 5, [None], [{"path": 1}]])
def test_what_is_no_list_of_files_is_refused(run: RunDirectory, files: object) -> None:
    run.inputs.unlink(missing_ok=True)
    run.inputs.write_text(json.dumps({"format": "sweeprun-inputs", "version": 1, "files": files}))
    with pytest.raises(FormatError, match=r"the input files of .* are malformed"):
        read_inputs(run)
