"""What `collect` says of dimensions without names, and of names that are taken."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeprun.results.collect import collect_snapshot
from sweeprun.results.notes import NoteKind
from sweeprun.store.job_spec import MAIN, PICKLED, FunctionReference
from sweeprun.store.payloads import encode_result
from sweeprun.store.result_names import ResultNames
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import count_axis, make_run, success, write_shard


def texts(path: Path, results: Sequence[Any], **job: Any) -> list[str]:
    run = make_run(path / "run", count_axis("seed", len(results)))
    names = ResultNames(dims={name: tuple(own) for name, own in job.get("dims", {}).items()})
    records = []
    for number, result in enumerate(results):
        layout, payload = encode_result(result, names)
        records.append(replace(success(number, 0.5), layout=layout, payload=payload))
    write_shard(run, "w", records)
    snapshot = take_snapshot(run)
    manifest = replace(snapshot.manifest, job=replace(snapshot.manifest.job, **job))
    notes = collect_snapshot(replace(snapshot, manifest=manifest)).notes
    return [note.text for note in notes if note.kind is NoteKind.DIMENSIONS]


RESULT = {"curves": np.zeros((2, 3)), "größe": [1, 2, 3, 4], "score": 0.5, "named": ("t", [1])}


def test_dimensions_without_names_are_told_once_with_what_names_them(tmp_path: Path) -> None:
    (text,) = texts(tmp_path, [RESULT, RESULT])
    assert text == (
        "dimensions without names are called curves_0, curves_1, größe_0; to name them in the next sweep, write beside "
        "`task` in the config: dims: {curves: [NAME, NAME], größe: [NAME]}"
    )


def test_in_python_it_is_an_argument(tmp_path: Path) -> None:
    (text,) = texts(tmp_path, [RESULT], function=FunctionReference(kind=PICKLED, keywords=True))
    assert text.endswith("call sweeprun.sweep(…, dims={'curves': ['NAME', 'NAME'], 'größe': ['NAME']})")


def test_in_an_application_it_is_in_its_config(tmp_path: Path) -> None:
    (text,) = texts(tmp_path, [[1, 2]], function=FunctionReference(kind=MAIN, application=True))
    assert text.endswith("write in the config: dims: {result: [NAME]}")


@pytest.mark.parametrize("result", [0.5, {"x": ("t", [1])}, {"x": ("t_0", [1])}, None])
def test_named_ones_need_no_word(tmp_path: Path, result: Any) -> None:
    assert texts(tmp_path, [result]) == []


def test_names_that_are_odd_are_quoted_and_many_are_shown_in_short(tmp_path: Path) -> None:
    (text,) = texts(tmp_path, [{"a b": [1]} | {f"x{i}": [1] for i in range(9)}])
    assert 'dims: {"a b": [NAME], x0: [NAME], x1: [NAME], x2: [NAME], x3: [NAME], …}' in text
    assert "called a b_0, x0_0, x1_0, x2_0, x3_0, …;" in text


def test_a_result_that_has_another_name_in_the_dataset_is_told_by_its_own(tmp_path: Path) -> None:
    (text,) = texts(tmp_path, [{"state": [1, 2]}])
    assert text.endswith("dims: {state: [NAME]}")


def test_names_that_are_taken_are_told(tmp_path: Path) -> None:
    (taken,) = texts(tmp_path, [{"x": [1, 2]}], dims={"x": ["state"]})
    assert taken == "the dimension 'state' is called 'result_state', since 'state' says something of each task"


def test_a_wrong_number_of_names_is_told_elsewhere(tmp_path: Path) -> None:
    (text,) = texts(tmp_path, [{"x": [1, 2]}], dims={"x": ["a", "b"]})
    assert text == "dimensions without names are called x_0"


def test_a_list_that_may_be_labels_is_no_dimension_to_name(tmp_path: Path) -> None:
    (text,) = texts(tmp_path, [{"walk": np.zeros((2, 3)), "time": [0.0, 0.5, 1.0], "other": [1, 2, 3, 4]}])
    assert "dims: {walk: [NAME, NAME], time: [NAME], other: [NAME]}; if 'time' labels a dimension" in text
    assert text.endswith("of another result, name that one time, and leave it out here")


def test_labels_keep_their_place_when_the_advice_is_followed(tmp_path: Path) -> None:
    series = pd.Series([1.0, 2.0], index=["mean", "std"])
    (text,) = texts(tmp_path, [{"d": series}])
    assert text.endswith("dims: {d: [NAME]}")
    assert texts(tmp_path / "again", [{"d": series}], dims={"d": ["stat"]}) == []
