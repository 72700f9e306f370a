"""A run in a notebook: what is there now, read when it is needed, and looked at again."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import sweeprun
from sweeprun.errors import ResultError
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


def test_results_are_had_by_the_names_that_tasks_gave_them(tmp_path: Path) -> None:
    directory = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(directory, "w", [success(i, {"val/acc": i, "x": i}) for i in range(2)])
    run = sweeprun.open_run(directory.path)
    assert list(run) == ["val.acc", "x"]
    assert run["val/acc"].values.tolist() == [0, 1]
    assert list(run[["x", "val/acc"]]) == ["x", "val.acc"]
    with xr.open_dataset(run.collect(tmp_path / "one.nc", "val/acc")) as collected:
        assert list(collected.data_vars) == ["val.acc"]


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
    table = run.failures.to_dataframe()
    assert table.index.tolist() == [1, 2]
    assert table.columns.tolist() == ["lr", "message", "error", "message_", "where", "traceback"]
    assert table.loc[2].tolist() == [0.25, "a", "ValueError", "too <large>", "", "Traceback …"]
    assert sweeprun.open_run(make_run(tmp_path / "none", count_axis("seed", 2)).path).failures.to_dataframe().empty


def test_what_it_says_of_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    directory = make_run(tmp_path / "my run", count_axis("seed", 4))
    write_shard(directory, "w", [success(0, {"x": 1}), success(1, {"x": 2})], [failure(2)])
    run = sweeprun.open_run("my run")
    text = repr(run)
    assert text.startswith(
        "<sweeprun.Run 'my run'>\n4 tasks: 1 pending, 2 succeeded, 1 failed\nstarted: 2026-05-04T10:11:12"
    )
    assert "command: sweeprun\n1 task failed: seed=2  ValueError: bad; see run.failures\n<xarray.Dataset>" in text
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


def disagreeing(tmp_path: Path) -> sweeprun.Run:
    """A run of which one output keeps another back, and a third is seen only when values are read."""
    directory = make_run(tmp_path / "run", count_axis("seed", 2))
    first = {"<b>x": 1, "n": 2**53 + 1, "w": 1, "curve": ("t", [1.0, 2.0]), "t": ("t", ["a", "b"])}
    second = {"<b>x": "text", "n": 0.5, "w": 2, "curve": ("t", [3.0]), "t": ("t", ["a"])}
    write_shard(directory, "w", [success(0, first), success(1, second)])
    return sweeprun.open_run(directory.path)


def test_results_that_make_no_dataset_are_told(tmp_path: Path) -> None:
    run = disagreeing(tmp_path)
    text = repr(run)
    assert "2 tasks: 2 succeeded" in text
    told = (
        "'<b>x' is a number in task 0 and a text in task 1; they must agree (and 1 other can't be collected either); "
        "the others can be had: run[['w', 'curve']]"
    )
    assert f"not all results: {told}\n<xarray.Dataset>" in text
    page = Elements(run._repr_html_())
    assert f"not all results: {told}" in page.text
    assert page.open == []
    with pytest.raises(ResultError, match=re.escape(told)):
        _ = run.dataset


def test_what_disagrees_keeps_nothing_else_back(tmp_path: Path) -> None:
    run = disagreeing(tmp_path)
    assert run["w"].values.tolist() == [1, 2]
    chosen = run[["curve", "w"]]
    assert list(chosen) == ["curve", "w"]
    assert chosen.curve.sel(t="b").values.tolist()[0] == 2.0
    assert run.states.values.tolist() == ["succeeded"] * 2
    assert run["seed"].values.tolist() == [0, 1]
    assert list(run) == ["w", "curve"]
    assert "curve" in run._ipython_key_completions_()
    with pytest.raises(ResultError, match="'<b>x' is a number in task 0 and a text in task 1"):
        run["<b>x"]
    with pytest.raises(ResultError, match=rf"'n' can't be collected: {2**53 + 1} .*can be had: run\[\['w'\]\]$"):
        run[["n", "w"]]
    with pytest.raises(KeyError):
        run["nothing"]


def test_labels_that_do_not_go_together_are_had_one_by_one(tmp_path: Path) -> None:
    directory = make_run(tmp_path / "run", count_axis("seed", 2))
    results = [{name: ("t", [1.5]), "t": ("t", label)} for name, label in (("x", [7]), ("y", ["a"]))]
    write_shard(directory, "w", [success(i, result) for i, result in enumerate(results)])
    run = sweeprun.open_run(directory.path)
    with pytest.raises(ResultError, match="coordinate 't' is a number in task 0 and a text in task 1"):
        _ = run.dataset
    assert run.states.values.tolist() == ["succeeded"] * 2
    assert run["x"].sel(t=7).values.tolist()[0] == 1.5
    assert run["y"].sel(t="a").values.tolist()[1] == 1.5
    with pytest.raises(ResultError, match="coordinate 't'"):
        run[["x", "y"]]


def test_damage_is_told(tmp_path: Path) -> None:
    directory = make_run(tmp_path / "run", count_axis("seed", 2))
    path = write_shard(directory, "w", [success(0, {"x": 1.0})], [success(1, {"x": 2.0})])
    content = bytearray(path.read_bytes())
    place = content.find(np.float64(1.0).tobytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert "1 record is damaged" in repr(sweeprun.open_run(directory.path))
