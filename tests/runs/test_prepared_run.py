"""Making the directory of a run that was prepared."""

import errno
import json
import os
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from sweeprun.config.frozen import read_configs
from sweeprun.errors import RunDirectoryError, UsageError
from sweeprun.provenance.code import accepted_code, read_code
from sweeprun.provenance.inputs import read_inputs
from sweeprun.runs import prepared_run
from sweeprun.runs.prepare_call import Asked, prepare_call
from sweeprun.runs.prepared_run import PreparedRun, RunPlace, create_run, note_inputs
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import read_manifest
from tests.runs.observers import Listener
from tests.runs.submitting import ALIVE, submit
from tests.runs.sweeping import prepare_words


@pytest.fixture
def prepared(functions: ModuleType) -> PreparedRun:
    return prepare_call(Asked(function=functions.draw, axes={"lr": [0.1], "seed": range(3)}, directory="a rün"))


def test_everything_that_workers_and_collect_need_is_in_it(
    prepared: PreparedRun, here: Path, observer: Listener
) -> None:
    run, manifest = create_run(prepared, ["a call"], observer)
    assert run.path == here / "a rün"
    assert read_manifest(run) == manifest
    assert manifest.table == prepared.manifest.table
    assert manifest.provenance["command"] == ["a call"]
    assert manifest.provenance["cwd"] == str(here)
    assert read_code(run, accepted_code(run, manifest)) == prepared.code
    assert read_configs(run) == [(own.task, own.full) for own in prepared.compositions]
    assert run.function.is_file()
    assert not run.hydra_config.exists()
    assert not list(run.submissions.iterdir())
    assert (observer.notes, observer.warnings) == ([], [])


def test_of_configs_people_can_read_them_and_those_of_hydra(here: Path, observer: Listener) -> None:
    prepared = prepare_words("lr=0.1,0.2", "model=small,large", "hydra.sweep.dir='a rün'")
    run, manifest = create_run(prepared, ["sweeprun", "-m"], observer)
    assert run.path == here / "a rün"
    assert len(read_configs(run)) == 2
    assert run.config.read_text().count("name: ") == 2
    assert "hydra" in run.hydra_config.read_text()
    assert manifest.job.function is None


def test_a_directory_that_holds_something_is_left_alone(prepared: PreparedRun, here: Path, observer: Listener) -> None:
    (here / "a rün").mkdir()
    (here / "a rün" / "thesis.tex").write_text("mine")
    with pytest.raises(RunDirectoryError, match="'a rün' is there already and not empty; nothing was started"):
        create_run(prepared, [], observer)
    assert [path.name for path in (here / "a rün").iterdir()] == ["thesis.tex"]


def test_names_that_are_times_are_numbered(prepared: PreparedRun, here: Path, observer: Listener) -> None:
    dated = replace(prepared, place=RunPlace(path=Path("multirun/10-11-12"), numbered=True))
    made = [create_run(dated, [], observer)[0].path for _ in range(3)]
    assert made == [here / "multirun" / name for name in ("10-11-12", "10-11-12-1", "10-11-12-2")]


@pytest.fixture
def begun(here: Path) -> PreparedRun:
    """A run whose directory the sweeper of another package has made, with a file in it."""
    prepared = prepare_words("lr=0.1,0.2", "hydra.sweep.dir='a rün'")
    (here / "a rün").mkdir()
    (here / "a rün" / "multirun.yaml").write_text("written: by Hydra\n")
    return replace(prepared, place=replace(prepared.place, begun=True))


def test_what_a_sweeper_of_another_package_began_is_taken_over(begun: PreparedRun, observer: Listener) -> None:
    run, _ = create_run(begun, [], observer)
    written = run.hydra_config.read_text()
    assert "sweep:" in written
    assert "written: by Hydra" not in written
    assert observer.notes == []


def test_if_it_is_begun_again_the_run_that_was_there_is_kept_beside_it(begun: PreparedRun, observer: Listener) -> None:
    run, first = create_run(begun, ["first"], observer)
    assert create_run(begun, ["second"], observer)[0] == run
    assert read_manifest(run).provenance["command"] == ["second"]
    assert read_manifest(RunDirectory(run.earlier / "1")).provenance == first.provenance
    assert observer.notes == ["the run that was in 'a rün' is kept in 'a rün/earlier/1'"]


def test_a_run_that_goes_on_is_not_moved_away(begun: PreparedRun, observer: Listener) -> None:
    run, _ = create_run(begun, ["first"], observer)
    submit(run, tasks="0-1", submitter=ALIVE)
    with pytest.raises(RunDirectoryError, match=r"'a rün' holds a run that still goes on; wait for it"):
        create_run(begun, ["second"], observer)
    assert read_manifest(run).provenance["command"] == ["first"]


def test_what_is_in_input_files_is_noted(here: Path, observer: Listener) -> None:
    for name in ("a ü", "b"):
        (here / f"{name}.csv").write_text(name)
    run, _ = create_run(prepare_words("+input=glob('*.csv')", "hydra.sweep.dir=run"), [], observer)
    inputs = read_inputs(run)
    assert {path: file.size for path, file in inputs.items()} == {"a ü.csv": 4, "b.csv": 1}
    assert json.loads(run.inputs.read_text())["version"] == 1
    assert observer.notes == []


def test_that_much_is_read_is_told(here: Path, observer: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "large.nc").write_bytes(bytes(2000))
    monkeypatch.setattr(prepared_run, "_MUCH_TO_READ", 1000)
    (noted,) = note_inputs(here, ["large.nc"], observer)
    assert noted.size == 2000
    assert observer.notes == ["noting what is in 1 input file (0 GB)"]


def test_an_input_file_that_is_not_there_is_named(here: Path, observer: Listener) -> None:
    with pytest.raises(UsageError, match=r"can't read the input .*gone\.nc.: No such file"):
        note_inputs(here, ["gone.nc"], observer)


@pytest.mark.usefixtures("here")
def test_a_run_that_holds_secrets_is_for_its_owner_alone(observer: Listener) -> None:
    run, _ = create_run(prepare_words("+db.api_key=hunter2", "hydra.sweep.dir='a rün'"), ["sweeprun"], observer)
    assert run.path.stat().st_mode & 0o777 == 0o700
    assert read_manifest(run).overrides[0].value == "hunter2"
    assert observer.notes == [
        "db.api_key: secret by name, so only you can read 'a rün', and what is collected of it has 'masked' instead; "
        "with api_key: ${oc.env:API_KEY} in the config it is not written down at all"
    ]
    other, _ = create_run(prepare_words("+db.token_length=3", "hydra.sweep.dir=other"), ["sweeprun"], observer)
    assert other.path.stat().st_mode & 0o777 == 0o777 & ~umask()
    assert len(observer.notes) == 1


@pytest.mark.usefixtures("here")
def test_constants_whose_names_are_secret_count_too(observer: Listener) -> None:
    def of_token(lr: float, hf_token: str) -> float:
        return lr + len(hf_token)

    asked = Asked(function=of_token, axes={"lr": [0.1]}, constants={"hf_token": "x"}, directory="run")
    run, _ = create_run(prepare_call(asked), ["a call"], observer)
    assert run.path.stat().st_mode & 0o777 == 0o700
    assert observer.notes[0].startswith("hf_token: secret by name")


def umask() -> int:
    os.umask(now := os.umask(0))
    return now


def test_half_of_a_run_is_not_left_behind(
    prepared: PreparedRun, here: Path, observer: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("sweeprun.runs.prepared_run.write_configs", full)
        with pytest.raises(OSError, match="No space left"):
            create_run(prepared, ["a call"], observer)
    assert not (here / "a rün").exists()
    assert create_run(prepared, ["a call"], observer)[0].manifest.is_file()
