"""Runs that another one took the place of."""

from pathlib import Path

from sweeprun.store.archive import set_aside
from sweeprun.store.directory import make_run_directory


def test_a_run_that_is_set_aside_leaves_its_place_and_keeps_everything(tmp_path: Path) -> None:
    run = make_run_directory(tmp_path / "fixed", numbered=False)
    for path in (run.manifest, run.shard("w"), run.task(0)):
        path.parent.mkdir(exist_ok=True)
        path.write_text(path.name)
    aside = set_aside(run)
    assert aside.manifest.read_text() == "manifest.json"
    assert aside.shard("w").read_text() == "w.arrow"
    assert run.task(0).exists()
    assert not run.manifest.exists()
    again = make_run_directory(tmp_path / "fixed", numbered=False, begun=True)
    again.manifest.write_text("second")
    assert set_aside(again).manifest.read_text() == "second"
    assert aside.manifest.read_text() == "manifest.json"


def test_setting_aside_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    run = make_run_directory(tmp_path / "fixed", numbered=False)
    run.manifest.write_text("first")
    (run.earlier / "1").mkdir(parents=True)
    run.manifest.rename(run.earlier / "1" / "manifest.json")
    aside = set_aside(run)
    assert aside.path == run.earlier / "1"
    assert aside.manifest.read_text() == "first"
    assert aside.shards.is_dir()
