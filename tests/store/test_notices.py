"""Notices: the first of a kind stays, and one that can't be read is none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeprun.store.directory import RunDirectory, make_run_directory
from sweeprun.store.notices import (
    CopiedGenerators,
    GlobalRandomness,
    StreamClash,
    UnrecordedResult,
    UnseededGenerators,
    advice_on,
    count_failures,
    note_copied_generators,
    note_failure,
    note_global_randomness,
    note_stream_clash,
    note_unseeded_generators,
    read_copied_generators,
    read_global_randomness,
    read_stream_clash,
    read_unrecorded_result,
    read_unseeded_generators,
)

Note = Callable[[RunDirectory, Any], None]
Read = Callable[[RunDirectory], Any]

GLOBAL = GlobalRandomness(function="study.zïeh", tasks="0-9", generators="random and numpy.random")
SEEDED = replace(GLOBAL, seeded="random.seed(3) (study.py, line 4)")
COPIED = CopiedGenerators(function="study.draw", tasks="3", generators="rng")
UNSEEDED = UnseededGenerators(function="study.draw", tasks="3", generators="default_rng() (study.py, line 5)")
CLASH = StreamClash(
    function="study.data",
    place="study.py, line 5",
    call="default_rng(0)",
    tasks="0",
    instead="default_rng([0, 1])",
)
UNRECORDED = UnrecordedResult(task_id=7, why="'a' is a mapping")

kinds = pytest.mark.parametrize(
    ("noted", "note", "read", "path"),
    [
        (GLOBAL, note_global_randomness, read_global_randomness, "global-randomness.json"),
        (SEEDED, note_global_randomness, read_global_randomness, "global-randomness.json"),
        (COPIED, note_copied_generators, read_copied_generators, "copied-generators.json"),
        (UNSEEDED, note_unseeded_generators, read_unseeded_generators, "unseeded-generators.json"),
        (CLASH, note_stream_clash, read_stream_clash, "stream-clash.json"),
    ],
    ids=["global", "seeded", "copied", "unseeded", "clash"],
)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run_directory(tmp_path / "a rün", numbered=False)


@kinds
def test_the_first_notice_of_a_kind_stays(run: RunDirectory, noted: Any, note: Note, read: Read, path: str) -> None:
    assert read(run) is None
    note(run, noted)
    note(run, replace(noted, tasks="99"))
    assert read(run) == noted
    assert [file.name for file in run.workers.iterdir()] == [path]


@kinds
@pytest.mark.parametrize("content", ["", "[]", "{}", '{"function": "f"}', '{"task_id": "x", "why": "w"}', "{" * 200])
def test_a_damaged_notice_is_none(
    run: RunDirectory, noted: Any, note: Note, read: Read, path: str, content: str
) -> None:
    (run.workers / path).write_text(content)
    assert read(run) is None
    note(run, noted)  # which changes nothing: it is there already
    assert (run.workers / path).read_text() == content


@kinds
def test_a_notice_outside_of_the_run_is_not_read(
    run: RunDirectory, noted: Any, note: Note, read: Read, path: str
) -> None:
    note(run, noted)
    (run.workers / path).rename(run.path / "elsewhere")
    (run.workers / path).symlink_to(run.path / "elsewhere")
    assert read(run) is None


@kinds
def test_a_notice_that_can_not_be_written_stops_no_worker(
    run: RunDirectory, noted: Any, note: Note, read: Read, path: str
) -> None:
    run.workers.rmdir()
    note(run, noted)
    assert read(run) is None
    assert not (run.workers / path).exists()


def test_notices_name_the_function_the_tasks_and_the_way_out() -> None:
    assert str(GLOBAL).startswith("study.zïeh draws from random and numpy.random (seen in task 0-9)")
    assert "hydra.sweeper.seed_globals=true" in str(GLOBAL)
    assert str(COPIED).startswith("study.draw draws from rng (seen in task 3)")
    assert "task 7 returned is not recorded: 'a' is a mapping;" in str(UNRECORDED)


@pytest.mark.parametrize(
    ("generators", "advice"),
    [
        ("random and numpy.random", "draw from rng instead"),
        ("torch", "seed torch from rng"),
        ("numpy.random and torch", "draw from rng instead, seed torch from rng"),
    ],
)
def test_what_can_draw_from_rng_is_to_and_what_cannot_is_to_be_seeded_from_it(generators: str, advice: str) -> None:
    assert advice_on(generators) == f"{advice}, or set hydra.sweeper.seed_globals=true"


def test_a_notice_of_an_earlier_version_is_read(run: RunDirectory) -> None:
    assert read_unrecorded_result(run) is None
    run.unrecorded_result.write_text('{"task_id": 7, "why": "\'a\' is a mapping"}')
    assert read_unrecorded_result(run) == UNRECORDED
    run.unrecorded_result.write_text('{"task_id": "x", "why": "w"}')
    assert read_unrecorded_result(run) is None


def test_a_task_that_failed_twice_in_an_attempt_counts_once(run: RunDirectory) -> None:
    assert count_failures(run, 1) == 0
    for task_id in (4, 40, 4):
        note_failure(run, 1, task_id)
    note_failure(run, 2, 5)
    assert (count_failures(run, 1), count_failures(run, 2), count_failures(run, 3)) == (2, 1, 0)


@pytest.mark.parametrize("noted", [GLOBAL, COPIED, UNSEEDED])
def test_the_advice_fits_who_is_advised(run: RunDirectory, noted: Any) -> None:
    """Applications are called with the config alone, so they have no ``rng``."""
    assert "rng instead" in str(noted) or "the argument rng" in str(noted)
    of_application = replace(noted, application=True)
    assert " rng" not in str(of_application).replace("from rng (seen", "")
    assert "config" in str(of_application)
    note_copied_generators(run, of_application)
    found = read_copied_generators(run)
    assert found is not None
    assert found.application


def test_a_clash_is_one_sentence_that_says_what_to_write_instead() -> None:
    assert str(CLASH) == (
        "study.data makes default_rng(0) (study.py, line 5), which draws the same numbers as rng in task 0; write "
        "default_rng([0, 1]), which no task has, or set hydra.sweeper.root_seed"
    )
