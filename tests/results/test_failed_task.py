"""A failed task in one line."""

from dataclasses import replace
from pathlib import Path

import pytest

from sweeprun.design.axes import Axis
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.values import Choice
from sweeprun.results.failed_task import FailureTexts
from sweeprun.store.job_spec import JobSpec
from sweeprun.store.manifest import read_manifest
from sweeprun.store.records import Failure
from tests.results.runs import axis, count_axis, make_run

TEXT = "Traceback (most recent call last):\n  File \"/study/io/post.py\", line 5, in load\n    …\nKeyError: 'value'\n"


def test_coordinates_line_and_what_went_wrong(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", axis("input", ["a.csv", "b.csv"]), count_axis("one", 1))
    manifest = replace(read_manifest(run), job=JobSpec(cwd="/study"))
    texts = FailureTexts(run, manifest)
    task = texts.task(1, Failure(type="KeyError", message="'value'", traceback=TEXT))
    assert texts.line(task) == "input=b.csv  io/post.py:5  KeyError: 'value'"
    assert task.coordinates == {"input": "b.csv", "one": 0}
    assert "Traceback" not in repr(task)
    assert texts.line(texts.task(0, Failure(type="lost: x", message="", traceback=""))) == "input=a.csv  lost: x"


@pytest.mark.parametrize("revealed", [(), ("token",)])
def test_secrets_are_masked_unless_they_are_revealed(tmp_path: Path, revealed: tuple[str, ...]) -> None:
    values = Choice(values=("hunter2-x", "b"), texts=("hunter2-x", "b"), labels=("hunter2-x", "b"))
    run = make_run(tmp_path / "run", Axis(name="token", values=values, kind=LabelKind.TEXT))
    texts = FailureTexts(run, read_manifest(run), revealed)
    line = texts.line(texts.task(0, Failure(type="E", message="401 for hunter2-x", traceback="")))
    assert ("hunter2" in line) == bool(revealed)
    assert "401" in line
