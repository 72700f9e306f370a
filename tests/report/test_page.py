import json
from pathlib import Path

import numpy as np
import pytest

from sweeprun.report.html import page_html
from sweeprun.report.page import page_of
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.verification import Verification, keep_verification
from tests.report.pages import hostile, one_axis, page_of_run, two_axes
from tests.results.runs import count_axis, failure, make_run, success, write_shard

_MOST_BYTES = 5_000_000


def test_a_page_tells_what_there_is(tmp_path: Path) -> None:
    page = page_of_run(two_axes(tmp_path / "run"))
    assert page.counts == {"pending": 1, "running": 0, "succeeded": 58, "failed": 1, "lost": 0, "excluded": 0}
    assert [one.name for one in page.outputs] == ["loss", "curve"]
    assert page.outputs[0].units == "J m-2"
    assert (page.failures.groups[0].what, page.failures.groups[0].message) == ("ValueError: no value 17", "")
    assert [one.name for one in page.maps] == ["depth × lr", "member × lr", "member × depth", "task number"]  # noqa: RUF001
    for one in page.maps:
        assert sum(one.counts["succeeded"]) == 58
        assert sum(one.counts["failed"]) == 1


def test_the_command_of_a_run_is_as_it_was_typed(tmp_path: Path) -> None:
    run = two_axes(tmp_path / "run")
    manifest = json.loads(run.manifest.read_text())
    for words, told in (
        (["sweeprun.sweep(one, {'lr': [0.1]})"], "sweeprun.sweep(one, {'lr': [0.1]})"),
        (["sweeprun", "-m", "x=a b"], "sweeprun -m 'x=a b'"),
    ):
        manifest["provenance"]["command"] = words
        run.manifest.write_text(json.dumps(manifest))
        assert page_of_run(run).facts[0].value == told


def test_a_map_has_tasks_in_their_places(tmp_path: Path) -> None:
    page = page_of_run(two_axes(tmp_path / "run"))
    lr_depth = page.maps[0]
    assert (len(lr_depth.columns), len(lr_depth.rows)) == (4, 3)
    assert np.flatnonzero(lr_depth.counts["failed"]).tolist() == [1]  # task 7: lr 0, depth 1
    assert np.flatnonzero(lr_depth.counts["pending"]).tolist() == [11]


def test_a_run_without_results_has_a_page(tmp_path: Path) -> None:
    page = page_of_run(make_run(tmp_path / "run", count_axis("x", 3)))
    assert page.outputs == ()
    assert "No task has given a number yet: 3 pending." in page_html(page)


def test_what_became_of_tasks_without_numbers_is_told(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 3))
    write_shard(run, "0.0-a", [success(0, None), failure(1)])
    going = page_of_run(run, active=True)
    assert going.nothing == "No task has given a number yet: 1 succeeded without one, 1 pending, 1 failed"
    write_shard(run, "0.0-b", [failure(2)])
    page = page_of_run(run)
    assert page.nothing == "No task gave a number: 1 succeeded without one, 2 failed"
    assert '2 failed; <a href="#failures">why tasks failed</a>.' in page_html(page)
    texts = one_axis(tmp_path / "texts", [{"kind": "a"}, {"kind": "b"}])
    assert page_of_run(texts).nothing == "No task gave a number: 2 succeeded without one"
    assert page_of_run(two_axes(tmp_path / "numbers")).nothing == ""


def test_results_that_do_not_fit_together_are_told(tmp_path: Path) -> None:
    run = one_axis(tmp_path / "run", [{"y": ("a", [1.0]), "z": 3.0}, {"y": ("b", [1.0]), "z": 4.0}])
    page = page_of_run(run)
    assert [one.name for one in page.outputs] == ["z"]
    (refused,) = page.left_out
    assert refused.name == "y"
    assert "they must agree" in refused.why
    assert not page.problem
    assert page.counts["succeeded"] == 2


def test_only_so_many_outputs_are_drawn_and_the_others_named(tmp_path: Path) -> None:
    run = one_axis(tmp_path / "run", [{f"y{i}": float(i) for i in range(60)}] * 2)
    page = page_of_run(run)
    assert len(page.outputs) == 24
    assert page.left_out[0].name == "y24"
    assert page.left_out[-1].name == "… and 16 more"


def test_only_so_many_kinds_of_failures_are_shown(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 30))
    write_shard(run, "0.0-a", [failure(i, kind=f"Error{chr(65 + i)}", message="m" * 10_000) for i in range(30)])
    page = page_of_run(run)
    assert (len(page.failures.groups), page.failures.more_kinds, page.failures.more_tasks) == (20, 10, 10)
    assert all(len(group.message) < 4_100 for group in page.failures.groups)


@pytest.mark.parametrize("equal", [19, 20])
def test_the_last_verification_is_shown(tmp_path: Path, equal: int) -> None:
    run = two_axes(tmp_path / "run")
    assert page_of_run(run).reproducibility.verified is None
    keep_verification(
        run,
        Verification(time="2026-05-04", host="here", sample=20, seed=0, equal=equal, code="", different=(), causes=()),
    )
    assert page_of_run(run).reproducibility.verified is (equal == 20)
    run.verification.write_text("{}")
    page = page_of_run(run)
    assert page.reproducibility.verified is None
    assert any("can't be read" in fact.value for fact in page.reproducibility.facts)


def test_times_are_summed_over_attempts(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 4))
    write_shard(run, "0.0-a", [success(0, {"y": 1.0}, seconds=2.0), success(1, {"y": 1.0}, seconds=1.0)])
    write_shard(run, "0.0-b", [failure(2), success(2, {"y": 1.0}, attempt=2, seconds=4.0)])
    timing = page_of_run(run).timing
    assert timing.busy == 7.25
    assert (timing.workers, timing.wall) == (2, 4.0)
    assert timing.slowest[0].task_id == 2
    assert timing.hosts[0].longest == 4.0


@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_a_page_of_many_tasks_is_small(tmp_path: Path, offset: float) -> None:
    """Also if numbers need many digits to be told apart."""
    run = make_run(
        tmp_path / "run", count_axis("a", 50), count_axis("b", 20), count_axis("c", 10), count_axis("seed", 10)
    )
    rng = np.random.default_rng(0)
    values = offset + 1e-4 * rng.normal(size=(100_000, 12))
    records = [success(i, {f"y{j}": float(v) for j, v in enumerate(row)}) for i, row in enumerate(values)]
    write_shard(run, "0.0-a", *(records[start : start + 10_000] for start in range(0, 100_000, 10_000)))
    html = page_html(page_of(take_snapshot(run)))
    assert 1_500_000 < len(html.encode()) < _MOST_BYTES


def test_a_page_of_hostile_sizes_is_small(tmp_path: Path) -> None:
    names = {f"{i}{'n' * 500}": (("a", "b", "c", "d"), np.ones((3, 4, 5, 6))) for i in range(30)}
    run = make_run(tmp_path / "run", *(count_axis(f"axis{i}{'x' * 300}", 3) for i in range(5)))
    write_shard(run, "0.0-a", [success(i, names) for i in range(30)])
    assert len(page_html(page_of_run(run)).encode()) < _MOST_BYTES


def test_hostile_texts_are_shortened_and_told(tmp_path: Path) -> None:
    page = page_of_run(hostile(tmp_path / "run"))
    assert "\u202e" not in str(page)


def test_nan_and_equal_members_are_warned_of(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("member", 3))
    write_shard(run, "w", [success(i, {"x": [1.5, np.nan, np.inf][i], "y": 0.30000000000000004}) for i in range(3)])
    nan, infinite, equal = page_of_run(run).warnings
    assert nan == "x: 1 of 3 results is NaN"
    assert infinite == "x: 1 of 3 results is infinite"
    assert equal.startswith("y is equal to the bit in all 3 members, although their random streams differ")
    assert "x: 1 of 3 results is NaN" in page_html(page_of_run(run))
