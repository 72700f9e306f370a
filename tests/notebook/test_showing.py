"""Looking into a run, and taking its results elsewhere."""

from pathlib import Path

import pytest
import xarray as xr

import sweeprun
from sweeprun.errors import ResultError, UsageError
from sweeprun.store.directory import RunDirectory
from tests.results.runs import count_axis, make_run, success, write_shard


def _disagreeing(tmp_path: Path) -> RunDirectory:
    directory = make_run(tmp_path / "run", count_axis("seed", 2))
    first = {"x": 1, "n": 2**53 + 1, "w": 1, "curve": ("t", [1.0, 2.0])}
    second = {"x": "text", "n": 0.5, "w": 2, "curve": ("t", [3.0])}
    write_shard(directory, "w", [success(0, first), success(1, second)])
    return directory


def test_collecting_some_of_it(tmp_path: Path) -> None:
    run = sweeprun.open_run(_disagreeing(tmp_path).path)
    with xr.open_dataset(run.collect(tmp_path / "w.nc", variables="w")) as dataset:
        assert list(dataset) == ["w"]
    with pytest.raises(ResultError, match=r"the others can be had: run.collect\(.*, variables=\['n', 'w', 'curve'\]\)"):
        run.collect(tmp_path / "all.nc")
    assert not (tmp_path / "all.nc").exists()


def test_a_page_is_written_where_it_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = sweeprun.open_run(_disagreeing(tmp_path).path)
    assert run.report("page.html") == Path("page.html")
    assert Path("page.html").read_text().startswith("<!doctype html>")
    with pytest.raises(UsageError, match=r"must end in \.html"):
        run.report("page.pdf")
    Path("report.html").write_text("my own")
    with pytest.raises(UsageError, match=r"choose another name: run\.report\(…\)$"):
        run.report()


@pytest.mark.parametrize("verb", ["task", "logs"])
def test_a_task_must_be_named(tmp_path: Path, verb: str) -> None:
    call = getattr(sweeprun.open_run(_disagreeing(tmp_path).path), verb)
    with pytest.raises(UsageError, match=r"which task\? Give its id, such as 17"):
        call()
    with pytest.raises(UsageError, match="there is no task 7"):
        call(7)
    with pytest.raises(UsageError, match="has no argument 'colour'; its arguments are task_id, seed"):
        call(colour=1)
