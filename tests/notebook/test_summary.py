"""What a notebook says of a run above its Dataset."""

import html
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.arrays import Array
from sweeprun.design.policy import Policy
from sweeprun.design.task_ids import TaskIds
from sweeprun.notebook.summary import Summary, bar_of, summarise
from sweeprun.runs.observe import observe
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import Process
from sweeprun.store.snapshot import TaskState, take_snapshot
from sweeprun.store.submissions import Submission, write_submission
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    monkeypatch.chdir(tmp_path)
    return make_run(tmp_path / "größter Lauf", count_axis("seed", 4))


def with_provenance(run: RunDirectory, **provenance: Any) -> RunDirectory:
    data = json.loads(run.manifest.read_text())
    data["provenance"] |= provenance
    run.manifest.write_text(json.dumps(data))
    return run


def test_a_run_in_a_few_lines(directory: RunDirectory) -> None:
    write_shard(directory, "w", [success(0, 1.0), failure(1)])
    summary = summarise(take_snapshot(directory))
    assert summary.text().splitlines() == [
        "<sweeprun.Run 'größter Lauf'>",
        "4 tasks: 2 pending, 1 succeeded, 1 failed",
        "started: 2026-05-04T10:11:12+00:00",
        "command: sweeprun",
        "1 task failed: seed=1  ValueError: bad; see run.failures",
    ]


@pytest.mark.parametrize(
    ("provenance", "code"),
    [
        ({"git": {"commit": "abc", "changed": False}, "code": "12"}, "commit abc"),
        ({"git": {"commit": "abc", "changed": True}}, "commit abc with uncommitted changes"),
        ({"git": {"commit": None}, "code": "12"}, "digest 12"),
        ({"git": None, "code": "12"}, "digest 12"),
        ({"git": "odd"}, None),
    ],
)
def test_the_code_is_a_commit_or_a_digest(
    directory: RunDirectory, provenance: dict[str, Any], code: str | None
) -> None:
    facts = summarise(take_snapshot(with_provenance(directory, host="größe", **provenance))).facts
    assert facts["started"] == "2026-05-04T10:11:12+00:00 on größe"
    assert facts.get("code") == code


def test_damage_is_noted(directory: RunDirectory) -> None:
    shard = write_shard(directory, "w", [success(0, {"x": 1.0})], [success(1, {"x": 2.0})])
    content = bytearray(shard.read_bytes())
    content[content.find(np.float64(1.0).tobytes())] ^= 1
    shard.write_bytes(content)
    directory.shard("z").write_bytes(b"\xff" * 100)
    notes = summarise(take_snapshot(directory)).notes
    assert notes[0].startswith("z.arrow: ")
    assert notes[1] == "1 record is damaged, and left out"


def test_what_is_not_known_and_what_to_do_is_noted_in_words_of_python(directory: RunDirectory) -> None:
    elsewhere = Process(host="elsewhere", pid=4711, born=1)
    submission = Submission(
        number=0,
        array=Array(tasks=TaskIds.first(4)),
        launcher={"name": "local"},
        submitter=elsewhere,
        policy=Policy(max_failures=1),
    )
    write_submission(directory, submission)
    directory.failures(1).write_bytes(b"x")
    (stopped, unknown) = summarise(observe(directory)).notes
    assert "(max_failures=1)" in stopped
    assert stopped.endswith("go on with: run.resume()")
    assert unknown.startswith("what waits and runs is not known: process 4711 on elsewhere")


def test_a_bar_has_a_part_for_each_state_that_there_is() -> None:
    counts = dict.fromkeys(TaskState, 0) | {TaskState.PENDING: 5, TaskState.SUCCEEDED: 3, TaskState.LOST: 1}
    shown = bar_of(counts, "<heading>")
    assert re.findall(r'flex: (\d+);[^>]* title="([^"]*)"', shown) == [
        ("3", "3 succeeded"),
        ("1", "1 lost"),
        ("5", "5 pending"),
    ]
    assert 'aria-label="3 succeeded, 1 lost, 5 pending"' in shown
    assert "&lt;heading&gt;" in shown


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_of_a_run_becomes_an_order_or_an_element(name: str, text: str) -> None:
    summary = Summary(
        path=name, counts=dict.fromkeys(TaskState, 1), facts={"command": text}, notes=(f"{text}</div><script>",)
    )
    assert "\x1b" not in summary.text()
    shown = summary.html()
    elements = re.findall(r"<(/?\w+)", shown)
    assert elements == re.findall(
        r"<(/?\w+)", Summary(path="", counts=summary.counts, facts={"command": ""}, notes=("",)).html()
    )
    if text.isprintable():
        assert html.escape(text) in shown


def test_one_task_is_not_tasks() -> None:
    assert Summary(path="", counts={TaskState.PENDING: 1}, facts={}, notes=()).total == "1 task"
    assert Summary(path="", counts={TaskState.PENDING: 0}, facts={}, notes=()).total == "0 tasks"


def test_failures_are_told_with_the_largest_group(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 6))
    write_shard(run, "w", [failure(i, message=f"bad {i}") for i in range(3)], [failure(4, "OSError", "\x1b[2J")])
    told = summarise(take_snapshot(run)).text()
    assert "4 tasks failed, 3 of them with: ValueError: bad 0; see run.failures" in told
    one = make_run(tmp_path / "one", count_axis("seed", 6))
    write_shard(one, "w", [failure(4, "OSError", "no \x1b[2J")])
    assert "1 task failed: seed=4  OSError: no \\x1b[2J; see run.failures" in summarise(take_snapshot(one)).text()
