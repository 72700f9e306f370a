"""Whose a run is, and who counts as its user."""

import os
from pathlib import Path

import pytest

from sweeprun.errors import UsageError
from sweeprun.store import trust
from sweeprun.store.directory import RunDirectory
from sweeprun.store.trust import check_directories_trusted, check_file_trusted, check_trusted, own_ids, owner_of
from tests.results.runs import count_axis, make_run

DOING = "it would be run"


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    run = make_run(tmp_path / "multirun" / "a rün", count_axis("x", 10))
    for directory in (run.extensions, run.functions, run.codes):
        directory.mkdir()
    for path in (run.function, run.added_configs("4f"), run.given_function("4f"), run.code("4f"), run.submission(0)):
        path.touch()
    return run


@pytest.fixture
def strangers(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """Paths that belong to another user from now on."""
    paths: set[Path] = set()
    real = owner_of
    monkeypatch.setattr(trust, "owner_of", lambda path: 4711 if path in paths else real(path))
    return paths


def test_one_s_own_run_is_trusted(run: RunDirectory) -> None:
    check_trusted(run, trust=False, doing=DOING)


@pytest.mark.parametrize(
    "name",
    [
        ".",
        "manifest.json",
        "configs.pickle",
        "function.pickle",
        "submissions",
        "submissions/0.json",
        "extensions",
        "extensions/4f.pickle",
        "functions/4f.pickle",
        "code/4f.json",
    ],
)
def test_of_a_stranger_s_files_none_may_take_effect(run: RunDirectory, strangers: set[Path], name: str) -> None:
    strangers.add(run.path / name)
    with pytest.raises(
        UsageError, match=rf"{name.strip('.')}' belongs to .*, not to .*, and it would be run; .*--trust"
    ):
        check_trusted(run, trust=False, doing=DOING)
    check_trusted(run, trust=True, doing=DOING)


@pytest.mark.parametrize("name", ["shards/0.arrow", "logs/0.log", "17"])
def test_records_and_logs_of_others_are_only_read(run: RunDirectory, strangers: set[Path], name: str) -> None:
    strangers.add(run.path / name)
    check_trusted(run, trust=False, doing=DOING)


@pytest.mark.parametrize(
    ("named", "trusted"),
    [("{}", True), ("/elsewhere:{}/multirun", True), ("*", True), ("", False), ("{}/multi", False), ("/else:", False)],
)
def test_the_environment_can_say_which_directories_are_trusted(
    run: RunDirectory, strangers: set[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str, trusted: bool
) -> None:
    strangers.add(run.path)
    monkeypatch.setenv(trust.TRUST_VARIABLE, named.format(tmp_path))
    if trusted:
        check_trusted(run, trust=False, doing=DOING)
    else:
        with pytest.raises(UsageError, match=f"name the directory in {trust.TRUST_VARIABLE}"):
            check_trusted(run, trust=False, doing=DOING)


@pytest.mark.parametrize(
    ("user", "environ", "ids"),
    [
        (1000, {}, {1000}),
        (1000, {"SUDO_UID": "1001"}, {1000}),
        (0, {}, {0}),
        (0, {"SUDO_UID": "1001"}, {0, 1001}),
        (0, {"SUDO_UID": "x"}, {0}),
    ],
)
def test_only_root_is_also_whoever_called_sudo(
    monkeypatch: pytest.MonkeyPatch, user: int, environ: dict[str, str], ids: set[int]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert own_ids(environ) == ids


def test_a_link_belongs_to_whoever_made_it(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/nowhere")
    assert owner_of(tmp_path / "link") == os.geteuid()
    assert owner_of(tmp_path / "gone") is None
    assert owner_of(tmp_path / "link" / "below") is None


def test_a_store_is_a_stranger_s_if_anything_at_its_top_is(tmp_path: Path, strangers: set[Path]) -> None:
    (tmp_path / "x.zarr").mkdir()
    (tmp_path / "x.zarr" / "zarr.json").touch()
    check_file_trusted(tmp_path / "x.zarr", trust=False, doing=DOING)
    strangers.add(tmp_path / "x.zarr" / "zarr.json")
    with pytest.raises(UsageError, match=r"zarr\.json' belongs to"):
        check_file_trusted(tmp_path / "x.zarr", trust=False, doing=DOING)


def test_code_may_be_where_only_the_user_and_root_can_put_it(tmp_path: Path, strangers: set[Path]) -> None:
    places = [tmp_path, Path("/usr"), tmp_path / "gone", Path()]
    check_directories_trusted(Path("x.nc"), places, trust=False, doing=DOING)
    strangers.add(tmp_path)
    with pytest.raises(UsageError, match=r"'x\.nc' says that its code is in .*, which belongs to .*, and it would"):
        check_directories_trusted(Path("x.nc"), places, trust=False, doing=DOING)
    check_directories_trusted(Path("x.nc"), places, trust=True, doing=DOING)
