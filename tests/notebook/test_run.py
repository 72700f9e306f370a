"""A run in a notebook: what is there now, read when it is needed, and looked at again."""

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import sweeprun
from sweeprun.errors import ResultError, RunDirectoryError
from sweeprun.results.collect import collect_run
from sweeprun.store.shard_writer import ShardWriter
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&"


class Elements(HTMLParser):
    """The elements of some HTML, their attributes, and the text outside of style sheets."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("input", "use", "path", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def test_the_newest_run_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunDirectoryError, match="there is no run below"):
        sweeprun.open_run()
    make_run(tmp_path / "multirun" / "a" / "b", count_axis("seed", 2))
    assert sweeprun.open_run().path == tmp_path / "multirun" / "a" / "b"
    assert sweeprun.open_run("multirun/a/b").counts["pending"] == 2
    with pytest.raises(RunDirectoryError, match="does not exist"):
        sweeprun.open_run("multirun/c")


def test_it_is_the_collected_dataset(tmp_path: Path) -> None:
    directory = make_run(tmp_path / "run", axis("lr", [0.5, 0.25]), count_axis("seed", 2))
    write_shard(
        directory, "w", [success(i, {"x": i, "curve": ("t", np.arange(i + 1))}) for i in (0, 1, 3)], [failure(2)]
    )
    run = sweeprun.open_run(directory.path)
    xr.testing.assert_identical(run.dataset.copy(), collect_run(directory).dataset)
    assert run["x"].sel(lr=0.25, seed=1) == 3
    assert list(run) == ["x", "curve"]
    assert run[["x"]].sizes == {"lr": 2, "seed": 2}
    assert run.states.values.tolist() == [["succeeded", "succeeded"], ["failed", "succeeded"]]
    assert run.counts == {**dict.fromkeys(run.counts, 0), "succeeded": 3, "failed": 1}
    assert not run.complete
    assert "curve" in run._ipython_key_completions_()


def test_refresh_shows_what_came_since_and_older_datasets_stay(tmp_path: Path) -> None:
    directory = make_run(tmp_path / "run", count_axis("seed", 3))
    run = sweeprun.open_run(directory.path)
    assert list(run) == []
    writer = ShardWriter(directory.shard("w"))
    writer.append([success(0, {"x": 1.5})])
    assert run.counts["succeeded"] == 0
    assert run.refresh() is run
    before = run.dataset
    writer.append([success(1, {"x": 2.5}), success(2, {"x": 3.5})])
    writer.close()
    run.refresh()
    assert run.complete
    assert run["x"].values.tolist() == [1.5, 2.5, 3.5]
    assert before["x"][0] == 1.5
    assert np.isnan(before["x"][1:]).all()


def test_failures_as_a_table(tmp_path: Path) -> None:
    directory = make_run(tmp_path / "run", axis("lr", [0.5, 0.25]), axis("message", ["a", "b"]))
    write_shard(directory, "w", [failure(2, message="too <large>"), failure(1, "OSError")])
    run = sweeprun.open_run(directory.path)
    table = run.failures
    assert table.index.tolist() == [1, 2]
    assert table.columns.tolist() == ["lr", "message", "error", "message_", "traceback"]
    assert table.loc[2].tolist() == [0.25, "a", "ValueError", "too <large>", "Traceback …"]
    assert sweeprun.open_run(make_run(tmp_path / "none", count_axis("seed", 2)).path).failures.empty


def test_what_it_says_of_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    directory = make_run(tmp_path / "my run", count_axis("seed", 4))
    write_shard(directory, "w", [success(0, {"x": 1}), success(1, {"x": 2})], [failure(2)])
    run = sweeprun.open_run("my run")
    text = repr(run)
    assert text.startswith(
        "<sweeprun.Run 'my run'>\n4 tasks: 1 pending, 2 succeeded, 1 failed\nstarted: 2026-05-04T10:11:12"
    )
    assert "command: sweeprun\n<xarray.Dataset>" in text
    page = Elements(run._repr_html_())
    assert page.open == []
    bars = [
        attrs["title"]
        for tag, attrs in page.elements
        if tag == "span" and "title" in attrs and "flex" in attrs["style"]
    ]
    assert bars == ["2 succeeded", "1 failed", "1 pending"]
    assert "'my run'" in page.text
    assert "xarray.Dataset" in page.text


def test_nothing_of_a_run_becomes_html(tmp_path: Path) -> None:
    directory = make_run(tmp_path / "run", axis(HOSTILE.replace("/", "."), [HOSTILE, "b"]))
    manifest = json.loads(directory.manifest.read_text())
    manifest["provenance"] |= {"created": HOSTILE, "command": [HOSTILE, "\x1b[2J"], "git": {"commit": HOSTILE}}
    directory.manifest.write_text(json.dumps(manifest))
    name = HOSTILE.replace("/", ".")
    attrs = {HOSTILE: HOSTILE}
    result = xr.Dataset({name: (f"{name} dim", [HOSTILE, "b"], attrs)}, attrs=attrs)
    write_shard(directory, "w", [success(0, result)])
    directory.shard(f"{name}").write_bytes(b"torn")
    run = sweeprun.open_run(directory.path)
    run.dataset.load()
    page = Elements(run._repr_html_())
    assert "<script>alert('x')</script>" in page.text
    assert "\x1b" not in page.text
    assert "\x1b" not in repr(run)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "iframe", "a", "object"}
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]


def test_results_that_make_no_dataset_are_told(tmp_path: Path) -> None:
    directory = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(directory, "w", [success(0, {"<b>x": 1}), success(1, {"<b>x": "text"})])
    run = sweeprun.open_run(directory.path)
    assert "2 tasks: 2 succeeded" in repr(run)
    assert "no Dataset: '<b>x' is a number in task 0 and a text in task 1" in repr(run)
    page = Elements(run._repr_html_())
    assert "no Dataset: '<b>x' is" in page.text
    with pytest.raises(ResultError):
        run["<b>x"]


def test_damage_is_told(tmp_path: Path) -> None:
    directory = make_run(tmp_path / "run", count_axis("seed", 2))
    path = write_shard(directory, "w", [success(0, {"x": 1.0})], [success(1, {"x": 2.0})])
    content = bytearray(path.read_bytes())
    place = content.find(np.float64(1.0).tobytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert "1 record is corrupt" in repr(sweeprun.open_run(directory.path))


def test_importing_sweeprun_stays_cheap() -> None:
    code = "import sys, sweeprun; assert not {'numpy', 'xarray', 'hydra', 'rich'} & set(sys.modules), sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
