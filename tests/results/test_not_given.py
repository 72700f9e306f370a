"""Which values tasks gave: a NaN that was returned isn't one that stands for nothing."""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.task_ids import TaskIds
from sweeprun.results import not_given
from sweeprun.results.collect import collect_run
from sweeprun.results.not_given import NOT_GIVEN, is_given
from tests.results.formats.writing import write_dataset
from tests.results.runs import count_axis, failure, make_run, success, write_shard

NAN = float("nan")


def collected(path: Path, *results: Any) -> xr.Dataset:
    """Of one task for each result; one that is a type of error fails."""
    run = make_run(path, count_axis("member", len(results)))
    records = [failure(i) if one is ValueError else success(i, one) for i, one in enumerate(results)]
    write_shard(run, "w", records)
    return collect_run(run).dataset


def test_if_every_task_gave_everything_there_is_nothing_to_name(tmp_path: Path) -> None:
    found = collected(tmp_path / "run", {"x": 1.0, "t": "a"}, {"x": NAN, "t": "b"}, ValueError)
    assert json.loads(found.attrs[NOT_GIVEN]) == {}
    assert np.broadcast_to(is_given(found, "x"), 3).all()


def test_tasks_that_gave_none_are_not_those_that_gave_nan(tmp_path: Path) -> None:
    found = collected(tmp_path / "run", {"x": NAN}, {"x": None, "y": 1}, {"x": 2.0}, {"y": 2}, ValueError)
    assert json.loads(found.attrs[NOT_GIVEN]) == {"x": [{"tasks": "1,3"}], "y": [{"tasks": "0,2"}]}
    assert is_given(found, "x").tolist() == [True, False, True, False, True]
    assert is_given(found.isel(member=[3, 0]), "x").tolist() == [False, True]
    assert bool(is_given(found.isel(member=1), "x")) is False


def test_padding_is_not_what_a_task_gave(tmp_path: Path) -> None:
    curves = [[1.0, NAN], [NAN], [], [1.0, 2.0, NAN], [NAN, 3.0]]
    found = collected(tmp_path / "run", *({"x": ("t", one)} for one in curves))
    expected = [[place < len(one) for place in range(3)] for one in curves]
    assert is_given(found, "x").tolist() == expected
    assert is_given(found.transpose("t", "member"), "x").T.tolist() == expected
    assert is_given(found.isel(t=slice(2)), "x") is None


def test_a_place_between_the_labels_of_a_task_is_not_what_it_gave(tmp_path: Path) -> None:
    found = collected(tmp_path / "run", *({"x": ("t", [NAN, 1.0]), "t": ("t", [0, i])} for i in (1, 3, 2)))
    expected = [[label in (0, own) for label in (0, 1, 2, 3)] for own in (1, 3, 2)]
    assert found.t.values.tolist() == [0, 1, 2, 3]
    assert is_given(found, "x").tolist() == expected


def test_it_stands_in_a_file(tmp_path: Path) -> None:
    found = collected(tmp_path / "run", {"x": NAN}, {"x": None}, {"x": 1.0})
    write_dataset(found, tmp_path / "results.nc")
    with xr.open_dataset(tmp_path / "results.nc") as read:
        assert is_given(read, "x").tolist() == [True, False, True]


def test_too_many_to_be_named_are_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(not_given, "_LONGEST", 10)
    found = collected(tmp_path / "run", {"x": NAN, "y": 1.0}, {"y": 2.0})
    assert json.loads(found.attrs[NOT_GIVEN]) == {"x": None}
    assert is_given(found, "x") is None
    assert is_given(found, "y") is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "[]",
        '{"x": 1}',
        '{"x": [1]}',
        '{"x": [{"tasks": "a"}]}',
        '{"x": [{"tasks": "0", "given": {"nothing": {"places": "0", "of": 1}}}]}',
        '{"x": [{"tasks": "0", "given": {"member": {"places": "0", "of": 3}}}]}',
        "[" * 10_000,
    ],
)
def test_an_attribute_that_says_nothing_sensible_is_not_known(tmp_path: Path, text: str) -> None:
    found = collected(tmp_path / "run", {"x": NAN}, {"x": None})
    assert is_given(found.assign_attrs({NOT_GIVEN: text}), "x") is None


def test_without_the_attribute_or_the_tasks_it_is_not_known(tmp_path: Path) -> None:
    found = collected(tmp_path / "run", {"x": NAN}, {"x": None})
    assert is_given(found.drop_attrs(), "x") is None
    assert is_given(found.drop_vars("task_id"), "x") is None
    assert is_given(xr.Dataset({"x": 1.0}, {"task_id": ("member", [0, 1])}, found.attrs), "x") is None


@given(st.sets(st.integers(0, 50), min_size=1), st.sets(st.integers(-5, 60)))
def test_ids_are_found_in_a_text_of_ranges(ids: set[int], asked: set[int]) -> None:
    text = not_given._text(np.array(list(ids), int))
    ascending = np.array(sorted(asked), int)
    found = not_given._found(ascending, TaskIds.parse(text))
    assert sorted(ascending[found].tolist()) == sorted(ids & asked)


@given(st.data())
def test_every_task_gave_what_its_result_has(data: st.DataObject) -> None:
    lengths = data.draw(st.lists(st.none() | st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=6))
    results = [{} if one is None else {"x": (("t", "u"), np.full(one, np.nan))} for one in lengths]
    with tempfile.TemporaryDirectory() as folder:
        found = collected(Path(folder) / "run", {"x": (("t", "u"), np.zeros((1, 1)))}, *results)
    expected = [
        [[t < n and u < m for u in range(found.sizes["u"])] for t in range(found.sizes["t"])]
        for n, m in [(1, 1), *(one or (0, 0) for one in lengths)]
    ]
    order = data.draw(st.permutations(["member", "t", "u"]))
    gave = is_given(found.transpose(*order), "x")
    shaped = xr.Variable(order, np.broadcast_to(gave, [found.sizes[dim] for dim in order]))
    assert shaped.transpose("member", "t", "u").values.tolist() == expected
