"""Extensions: read in the order in which they were made, and refused if they are not what was written."""

import json
from pathlib import Path

import pytest

from sweeprun.design.grid import Grid
from sweeprun.design.tasks import Block
from sweeprun.errors import FormatError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import (
    added_inputs,
    config_text,
    config_tokens,
    count_extensions,
    read_extensions,
    write_extension,
)
from sweeprun.store.manifest import read_manifest
from tests.results.runs import axis, make_run


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A run of two tasks."""
    run = make_run(tmp_path / "a rün", axis("seed", [0, 1]))
    run.extensions.mkdir()
    return run


def block(first_id: int, *labels: int) -> Block:
    return Block(first_id=first_id, design=Grid(axes=(axis("seed", labels),)))


def test_blocks_come_back_in_the_order_in_which_they_were_added(run: RunDirectory) -> None:
    assert count_extensions(run) == 0
    assert list(read_extensions(run)) == []
    added = [block(2, 2, 3), block(4, 4), block(5, 5)]
    write_extension(run, 1, added[:2])
    write_extension(run, 2, added[2:])
    assert count_extensions(run) == 2
    assert list(read_extensions(run)) == added
    assert [read_manifest(run).table.task(i).coordinates["seed"] for i in range(6)] == list(range(6))


def test_of_two_extensions_of_one_number_the_first_stays(run: RunDirectory) -> None:
    write_extension(run, 1, [block(2, 2)])
    with pytest.raises(FileExistsError):
        write_extension(run, 1, [block(2, 99)])
    assert list(read_extensions(run)) == [block(2, 2)]


def test_numbers_count_only_up_to_the_first_that_is_missing(run: RunDirectory) -> None:
    write_extension(run, 1, [block(2, 2)])
    write_extension(run, 3, [block(3, 3)])
    assert count_extensions(run) == 1
    assert list(read_extensions(run)) == [block(2, 2)]


def test_added_configs_follow_those_of_the_run(run: RunDirectory) -> None:
    write_extension(run, 1, [block(2, 2)], configs="4f1c")
    write_extension(run, 2, [block(3, 3)])
    write_extension(run, 3, [block(4, 4)], configs="00aa")
    run.added_config("4f1c").write_text("lr: ü\n")
    assert config_tokens(run) == ["4f1c", "00aa"]
    assert config_text(run) == "lr: 0.1\n---\nlr: ü\n"  # the file of the last one is not there


@pytest.mark.parametrize("token", ["../../secret", "4F", "", "a/b", 7, ["4f1c"]])
def test_what_is_no_token_names_no_file(run: RunDirectory, token: object) -> None:
    run.extension(1).write_text(json.dumps({"configs": token}))
    assert config_tokens(run) == []
    assert config_text(run) == "lr: 0.1\n"


def test_inputs_of_all_extensions_are_joined(run: RunDirectory) -> None:
    write_extension(run, 1, [block(2, 2)], inputs=[{"path": "a ü.csv"}, {"path": "b.csv"}])
    write_extension(run, 2, [block(3, 3)])
    write_extension(run, 3, [block(4, 4)], inputs=[{"path": "c.csv"}])
    assert [file["path"] for file in added_inputs(run)] == ["a ü.csv", "b.csv", "c.csv"]


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"version": 9}, r"'sweeprun-extension' of version 9 and this sweeprun reads .* of version 1"),
        ({"format": "else"}, "'else' of version 1"),
        ({"blocks": None}, "malformed: TypeError"),
        ({"blocks": [{"first_id": 2}]}, "malformed: KeyError: 'design'"),
        ({"blocks": [7]}, "malformed: AttributeError"),
    ],
)
def test_an_extension_that_is_not_what_was_written_is_refused(
    run: RunDirectory, changes: dict[str, object], match: str
) -> None:
    write_extension(run, 1, [block(2, 2)])
    data = json.loads(run.extension(1).read_text())
    run.extension(1).write_text(json.dumps(data | changes))
    with pytest.raises(FormatError, match=match) as raised:
        list(read_extensions(run))
    assert str(run.extension(1)) in str(raised.value)
