"""Input files that changed: they count for the tasks that are made of them."""

from pathlib import Path

import pytest

from sweeprun.config.launching import Words
from sweeprun.errors import UsageError
from sweeprun.runs.extend import extend_run, plan_words
from sweeprun.runs.launch import Started
from sweeprun.runs.observe import observe
from sweeprun.runs.replay import recorded_in_run, replay
from sweeprun.runs.resume import resume_run
from sweeprun.runs.verify import verify_run
from sweeprun.store.directory import RunDirectory
from tests.runs.observers import Listener, launch_here
from tests.runs.sweeping import sweep_words

CHANGED = "input files are not what results of 'a rün' were made of:"


@pytest.fixture
def files(here: Path) -> Path:
    """Three files, of which the second is empty."""
    folder = here / "data"
    folder.mkdir()
    for name, text in (("a", "one"), ("b", ""), ("c", "three")):
        (folder / f"{name}.txt").write_text(text)
    return folder


@pytest.fixture
def run(files: Path) -> RunDirectory:  # noqa: ARG001
    """A run of which the task of the empty file failed."""
    return sweep_words("task=study.reads", "+input=glob('data/*.txt')", "seed=0,1")


def resumed(run: RunDirectory, observer: Listener, *, allow_drift: bool = False) -> Started:
    return resume_run(
        observe(run), Words(()), ["resume"], launch=launch_here, allow_drift=allow_drift, observer=observer
    )


def extended(run: RunDirectory, observer: Listener, words: str, *, allow_drift: bool = False) -> Started:
    return extend_run(
        run,
        lambda manifest: plan_words(run, manifest, [words]),
        Words(()),
        ["extend", words],
        launch=launch_here,
        allow_drift=allow_drift,
        observer=observer,
    )


def test_a_file_that_was_mended_blocks_nothing_and_is_remembered(
    run: RunDirectory, files: Path, observer: Listener
) -> None:
    (files / "b.txt").write_text("mended")
    assert str(resumed(run, observer).tasks) == "2-3"
    assert observer.warnings == []
    assert observer.notes == ["input files that have no result yet were changed:\n  data/b.txt: 6 bytes, which were 0"]
    observer.notes.clear()
    assert len(extended(run, observer, "seed=2").tasks) == 3
    assert replay(observe(run), 2, {}, observer=observer).equal
    assert verify_run(observe(run), observer=observer).equal
    assert [note for note in (*observer.notes, *observer.warnings) if "input files" in note] == []


def test_a_file_that_has_results_blocks_new_tasks_of_it_alone(
    run: RunDirectory, files: Path, observer: Listener
) -> None:
    (files / "c.txt").write_text("3")
    (files / "b.txt").write_text("mended")
    assert str(resumed(run, observer).tasks) == "2-3"
    assert observer.warnings == [
        "results of 'a rün' were made of other input files:\n  data/c.txt: 1 bytes, which were 5"
    ]
    assert replay(observe(run), 0, {}, observer=observer).equal
    with pytest.raises(UsageError, match=rf"^{CHANGED}\n  data/c.txt: 1 bytes, which were 5\nRestore"):
        replay(observe(run), 5, {}, observer=observer)
    with pytest.raises(UsageError, match=CHANGED):
        verify_run(observe(run), observer=observer)
    with pytest.raises(UsageError, match=CHANGED):
        extended(run, observer, "seed=2")
    assert len(observe(run).states) == 6


def test_what_was_accepted_once_is_not_asked_again(run: RunDirectory, files: Path, observer: Listener) -> None:
    (files / "c.txt").write_text("3")
    assert len(extended(run, observer, "seed=2", allow_drift=True).tasks) == 3
    assert observer.warnings == [f"{CHANGED}\n  data/c.txt: 1 bytes, which were 5"]
    observer.warnings.clear()
    assert len(extended(run, observer, "seed=3").tasks) == 3
    assert [warning for warning in observer.warnings if "input files" in warning] == []
    new = observe(run).manifest.table
    (task_id,) = (i for i in range(len(new)) if new.task(i).coordinates == {"input": "c", "seed": 2})
    assert replay(observe(run), task_id, {}, observer=observer).equal
    with pytest.raises(UsageError, match=CHANGED):  # its record is of the file as it was
        replay(observe(run), 4, {}, observer=observer)


def test_what_failed_may_run_again_whatever_changed(run: RunDirectory, files: Path, here: Path) -> None:
    (files / "b.txt").write_text("mended")
    source = (here / "study.py").read_text()
    (here / "study.py").write_text(source.replace("len(text)", "2 * len(text)"))
    assert recorded_in_run(run.path, ["2"]).record is not None
    with pytest.raises(UsageError, match="the code is not what 'a rün' was made with"):
        recorded_in_run(run.path, ["0"])


def test_while_there_is_no_result_nothing_is_mixed(files: Path, here: Path, observer: Listener) -> None:
    for name in "ac":
        (files / f"{name}.txt").write_text("")
    run = sweep_words("task=study.reads", "+input=glob('data/*.txt')")
    for name in "abc":
        (files / f"{name}.txt").write_text("mended")
    source = (here / "study.py").read_text()
    (here / "study.py").write_text(source.replace("len(text)", "2 * len(text)"))
    assert len(resumed(run, observer).tasks) == 3
    assert [warning.partition(":")[0] for warning in observer.warnings] == [
        "the code is not what 'a rün' was made with"
    ]
    assert observe(run).complete


def test_a_file_that_is_gone_can_not_be_remembered(run: RunDirectory, files: Path, observer: Listener) -> None:
    (files / "b.txt").unlink()
    resumed(run, observer)
    assert observe(run).submission_of(2) == 1
    assert observer.notes == [
        "input files that have no result yet were changed:\n  data/b.txt: No such file or directory"
    ]
