"""Results that were made with different numbers of threads, found in their records; and with how many a run began."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.provenance.mixed_threads import OtherThreads, first_threads, other_threads_of, threads_of_results
from sweeprun.provenance.origin import Origin
from sweeprun.store.directory import RunDirectory
from sweeprun.store.records import Record
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "run", count_axis("seed", 6))


def made_with(threads: int, record: Record) -> Record:
    return replace(record, origin=Origin(threads=threads).to_json())


def test_results_are_counted_by_threads_and_told_with_what_to_do(run: RunDirectory) -> None:
    write_shard(run, "1.a", [made_with(2, success(3, 1))])
    write_shard(run, "0.a", [made_with(1, success(i, 1)) for i in range(3)], [made_with(1, failure(3))])
    found = other_threads_of(take_snapshot(run))
    assert found == OtherThreads(tasks={1: 3, 2: 1}, first=1)
    assert str(found) == (
        "3 tasks ran with 1 thread and 1 with 2: results of threaded linear algebra may differ in the last digits, and "
        "more after training, others not; worker_threads in the Dataset tells them apart; to have all from one number, "
        "start a new sweep with hydra.launcher.cpus_per_task=1"
    )


def test_of_three_numbers_all_are_told(run: RunDirectory) -> None:
    write_shard(
        run, "0.a", [made_with(8, success(0, 1))], [made_with(16, success(1, 1))], [made_with(2, success(2, 1))]
    )
    told = str(other_threads_of(take_snapshot(run)))
    assert told.startswith("1 task ran with 2 threads, 1 with 8 and 1 with 16: ")
    assert told.endswith("cpus_per_task=2")  # of one submission, the least


def test_failures_and_what_ran_again_since_and_the_unknown_do_not_count(run: RunDirectory) -> None:
    write_shard(run, "0.a", [made_with(2, failure(0)), made_with(2, success(1, 1)), made_with(2, failure(2))])
    write_shard(run, "1.a", [made_with(4, failure(0))], [made_with(4, failure(2))])
    write_shard(run, "2.a", [made_with(0, success(0, 1))], [success(3, 1)])
    assert threads_of_results(take_snapshot(run)) == {2: 1}
    assert other_threads_of(take_snapshot(run)) is None


@given(st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_a_run_is_mixed_if_and_only_if_its_results_have_two_known_numbers(
    tmp_path_factory: pytest.TempPathFactory, threads: list[int]
) -> None:
    run = make_run(tmp_path_factory.mktemp("run") / "run", count_axis("seed", 6))
    write_shard(run, "0.a", *([made_with(number, success(i, 1))] for i, number in enumerate(threads)))
    snapshot = take_snapshot(run)
    known = {number: threads.count(number) for number in threads if number}
    assert threads_of_results(snapshot) == known
    assert (other_threads_of(snapshot) is not None) == (len(known) > 1)


def test_a_run_began_with_what_its_first_submission_with_records_had(run: RunDirectory) -> None:
    assert first_threads(take_snapshot(run)) == 0
    write_shard(run, "no number", [made_with(7, success(5, 1))])
    assert first_threads(take_snapshot(run)) == 0
    write_shard(run, "10.a", [made_with(3, success(2, 1))])
    assert first_threads(take_snapshot(run)) == 3
    write_shard(run, "2.a", [made_with(5, failure(1))])
    write_shard(run, "0.a", [success(0, 1)])  # it isn't known
    assert first_threads(take_snapshot(run)) == 5
