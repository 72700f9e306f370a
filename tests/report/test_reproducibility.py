"""What a page says of how a run can be reproduced."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeprun.design.grid import Grid
from sweeprun.design.streams import BitGenerator, Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.provenance.code import Code, SourceFile, write_code
from sweeprun.provenance.origin import Origin
from sweeprun.report.reproducibility import (
    Fact,
    Reproducibility,
    code_text,
    config_of,
    header_facts,
    launcher_text,
    reproducibility_of,
)
from sweeprun.results.masking import masking_of
from sweeprun.store.directory import RunDirectory
from sweeprun.store.looks import LookRecord, keep_look
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.verification import Verification, keep_verification
from tests.results.runs import count_axis, make_run, make_run_of, success, write_shard


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("x", 8))


def change(run: RunDirectory, **provenance: Any) -> None:
    data = json.loads(run.manifest.read_text())
    data["provenance"] |= provenance
    run.manifest.write_text(json.dumps(data))


def panel(run: RunDirectory) -> Reproducibility:
    snapshot = take_snapshot(run)
    return reproducibility_of(snapshot, config_of(snapshot, masking_of(snapshot)))


def by_name(facts: tuple[Fact, ...]) -> dict[str, str]:
    return {fact.name: fact.value for fact in facts}


def state_of_code(run: RunDirectory, content: str, numpy: str) -> str:
    file = SourceFile(content=content, meaning=content)
    return write_code(run, Code(base="/b", files={"modül.py": file}, packages={"numpy": numpy}, python="3.11.1"))


def test_a_run_is_introduced_by_what_was_typed_where_and_when(run: RunDirectory) -> None:
    change(run, command=["sweeprun", "-m", "x=a b"], host="nöde", code="abc")
    assert by_name(header_facts(take_snapshot(run))) == {
        "Command": "sweeprun -m 'x=a b'",
        "Started": "2026-05-04 10:11:12 UTC",
        "Host": "nöde",
        "Code": "digest abc",
        "Launcher": "local",
    }
    write_shard(run, "w", [success(0, 1.0, seconds=59.0)])
    assert by_name(header_facts(take_snapshot(run)))["Last result"] == "1970-01-01 00:01:00 UTC"


@pytest.mark.parametrize(
    ("provenance", "text"),
    [
        ({"git": {"commit": "0123456789abcdef", "changed": True}}, "commit 0123456789ab with uncommitted changes"),
        ({"git": {"commit": "0123456789abcdef", "changed": False}, "code": "d"}, "commit 0123456789ab"),
        ({"git": {"commit": None, "problem": "no git"}, "code": "d"}, "digest d"),
        ({"git": "nonsense"}, ""),
        ({}, ""),
    ],
)
def test_code_is_named_by_its_commit_or_its_digest(provenance: dict[str, Any], text: str) -> None:
    assert code_text(provenance) == text


def test_a_launcher_is_named_with_its_throttle() -> None:
    assert launcher_text({"name": "slurm", "throttle": 20}) == "slurm, at most 20 at once"
    assert launcher_text({"name": "local", "throttle": None}) == "local"
    assert launcher_text({}) == ""


@pytest.mark.parametrize(
    ("streams", "told"),
    [
        (Streams(), ("default_rng(stream)", "none: streams follow from task ids alone", "every task has its own")),
        (
            Streams(root_seed=17, shared_by=("x",)),
            ("default_rng(SeedSequence(17, spawn_key=(stream,)))", "17", "shared by tasks of the same x"),
        ),
        (
            Streams(bit_generator=BitGenerator.Philox),
            ("Generator(Philox(stream))", "none: streams follow from task ids alone", "every task has its own"),
        ),
        (
            Streams(root_seed=0, shared_by=()),
            ("default_rng(SeedSequence(0, spawn_key=(stream,)))", "0", "shared by tasks of the same (all tasks)"),
        ),
    ],
)
def test_streams_are_told_as_an_expression_of_python(
    tmp_path: Path, streams: Streams, told: tuple[str, str, str]
) -> None:
    table = TaskTable.of(Grid(axes=(count_axis("x", 3),)), streams)
    facts = by_name(panel(make_run_of(tmp_path / "run", table)).facts)
    assert (facts["Random streams"], facts["Root seed"], facts["Shared"]) == told


@pytest.mark.parametrize(("equal", "verified"), [(3, True), (2, False)])
def test_a_verification_counts_only_if_all_was_equal(run: RunDirectory, equal: int, verified: bool) -> None:
    before = panel(run)
    assert before.verified is None
    assert f"never; try: sweeprun verify {run.shown()}" in by_name(before.facts)["Verified"]
    outcome = Verification(
        time="2026-05-04", host="h", sample=3, seed=0, equal=equal, code="", different=(), causes=("numpy",)
    )
    keep_verification(run, outcome)
    assert panel(run).verified is verified
    assert f"{equal}/3 equal to the bit" in by_name(panel(run).facts)["Verified"]


def test_files_that_can_not_be_read_are_told_and_the_rest_is_there(run: RunDirectory) -> None:
    run.verification.write_text("{")
    keep_look(run, LookRecord(rule="r", over="x", time="t", members=1, open_points=0, points=1, worst=None, added=0))
    run.look(1).write_text("{}")
    run.config.unlink()
    run.config.mkdir()
    found = panel(run)
    facts = by_name(found.facts)
    assert facts["Verified"].startswith("can't be read: ")
    assert facts["Looks"].startswith("can't be read: ")
    assert found.config.startswith("can't be read: ")
    assert facts["Versions"] == "numpy 2"


def test_results_of_one_state_of_the_code_have_no_drift(run: RunDirectory) -> None:
    digest = state_of_code(run, "00", "2.0")
    write_shard(run, "w", [replace(success(0, 1.0), origin=Origin(code=digest).to_json())])
    found = panel(run)
    assert found.drift == ()
    assert by_name(found.facts)["Drift"] == "none: all results are from one state of the code"


def test_results_of_different_code_are_counted_and_the_differences_named(run: RunDirectory) -> None:
    first, second = state_of_code(run, "00", "2.0"), state_of_code(run, "11", "2.1")
    for name, digest, task_ids in (("a", first, [0, 1]), ("b", second, [2]), ("c", "", [3])):
        origin = Origin(code=digest).to_json()
        write_shard(run, name, [replace(success(task_id, 1.0), origin=origin) for task_id in task_ids])
    found = panel(run)
    facts = by_name(found.facts)
    assert "Drift" not in facts
    assert facts["Results are from"] == f"{first} (2 records), {second} (1 record), unknown (1 record)"
    assert found.drift == (
        f"{first} → {second}: modül.py has changed",
        f"{first} → {second}: numpy 2.0 -> 2.1",
    )


def test_threads_are_told_and_counted_if_results_have_more_than_one_number(run: RunDirectory) -> None:
    assert "Threads of each worker" not in by_name(panel(run).facts)
    for threads, task_ids, told in ((2, [0], "2"), (1, [1, 2], "1 (2 results), 2 (1 result)")):
        origin = Origin(threads=threads).to_json()
        write_shard(run, f"w{threads}", [replace(success(task_id, 1.0), origin=origin) for task_id in task_ids])
        assert by_name(panel(run).facts)["Threads of each worker"] == told


def test_uncommitted_changes_are_told_with_their_patch(run: RunDirectory) -> None:
    change(run, git={"commit": "abc", "changed": True, "patch": "code/1.patch"})
    facts = by_name(panel(run).facts)
    assert (facts["Git commit"], facts["Uncommitted changes"]) == ("abc", "yes; the patch is code/1.patch")
    change(run, git={"commit": "abc", "changed": False})
    assert by_name(panel(run).facts)["Uncommitted changes"] == "none"
    change(run, git={"commit": None, "changed": None, "problem": "git failed"})
    facts = by_name(panel(run).facts)
    assert facts["Git commit"] == "git failed"
    assert "Uncommitted changes" not in facts


def test_looks_that_decided_when_to_stop_are_told(run: RunDirectory) -> None:
    look = LookRecord(
        rule="sem<0.1", over="seed", time="2026-05-04", members=3, open_points=1, points=2, worst=0.5, added=2
    )
    keep_look(run, look)
    keep_look(run, replace(look, members=5, open_points=0, added=0))
    facts = by_name(panel(run).facts)
    assert facts["Look 1"] == "2026-05-04: sem<0.1 over seed, 3 members, 1 of 2 points open, 2 added"
    assert facts["Look 2"] == "2026-05-04: sem<0.1 over seed, 5 members, 0 of 2 points open, 0 added"


def test_whatever_a_manifest_holds_is_shown_as_text_of_limited_length(run: RunDirectory) -> None:
    odd = "\u202e" + "x" * 5_000
    packages = {f"p{number}": odd for number in range(1100)}
    change(run, packages=packages, blas={"name": odd}, platform=odd, versions=[odd], git=odd, cpu=["a"], command=[odd])
    found = panel(run)
    assert len(found.packages) == 1000
    texts = [fact.value for fact in (*found.facts, *header_facts(take_snapshot(run)))]
    texts += [text for pair in found.packages for text in pair]
    assert max(map(len, texts)) < 4_100
    assert all("\u202e" not in text for text in texts)


def test_the_composed_config_is_shown(run: RunDirectory) -> None:
    run.config.write_text("müde: true\n")
    assert panel(run).config == "müde: true\n"
