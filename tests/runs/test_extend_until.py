"""Further members until a target holds, with members that are recorded by hand."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from sweeprun.design.axes import Axis
from sweeprun.design.extension import extend_table
from sweeprun.design.grid import Dimension, Grid
from sweeprun.design.python_axes import member_axis
from sweeprun.design.streams import Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import UsageError
from sweeprun.runs.defaults import MOST_MEMBERS
from sweeprun.runs.extend_until import extend_until
from sweeprun.runs.stopping_rule import MoreMembers, Stop, StoppingRule
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.not_finite import NanPolicy
from sweeprun.statistics.targets import Target
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import count_extensions, write_extension
from sweeprun.store.files import make_directory
from sweeprun.store.looks import read_looks
from sweeprun.store.manifest import read_manifest
from tests.results.runs import axis, count_axis, failure, make_run, make_run_of, success, write_shard
from tests.runs.observers import Listener
from tests.runs.submitting import ALIVE, submit


def value(task_id: int) -> float:
    """Of members whose mean is 1.5 and whose standard deviation is about 1."""
    return 2.0 * (task_id % 2) + 0.5


@dataclass
class Members:
    """Members of a run, and how it is extended by them.

    Attributes
    ----------
    run
        The run.
    fails
        Whether new members fail.
    value
        What each task returns.
    words
        The words that it was extended by.
    """

    run: RunDirectory
    fails: bool = False
    value: Callable[[int], float] = value
    words: list[str] = field(default_factory=list)

    def record(self, first: int = 0) -> None:
        new = range(first, len(read_manifest(self.run).table))
        records = [failure(i) if self.fails else success(i, {"x": self.value(i)}) for i in new]
        write_shard(self.run, f"0.{first}", records)

    def extend(self, more: MoreMembers, added: Callable[[], None]) -> bool:
        self.words.append(more.word)
        table = read_manifest(self.run).table
        assert (more.members is None) is bool(more.axes)
        axis = member_axis(more.count) if more.members is not None else count_axis(more.over, more.count)
        blocks = extend_table(table, [Dimension.of(axis)]).blocks[len(table.blocks) :]
        make_directory(self.run.extensions)
        write_extension(self.run, count_extensions(self.run) + 1, blocks, None, [])
        added()
        self.record(len(table))
        return True


def rule(target: str = "sem(x)<0.25", over: str | None = None, **given: int) -> StoppingRule:
    options: dict[str, int | None] = {"batch": None, "limit": MOST_MEMBERS} | given
    return StoppingRule(target=Target.parse(target), over=over, batch=options["batch"], limit=options["limit"] or 0)


Make = Callable[..., Members]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def make(*axes: Axis, recorded: bool = True) -> Members:
        members = Members(make_run(tmp_path / "a rün", *axes))
        if recorded:
            members.record()
        return members

    return make


def test_a_target_that_holds_needs_no_more_members(make: Make, observer: Listener) -> None:
    members = make(member_axis(40))
    assert extend_until(members.run, rule(), members.extend, observer).stop is Stop.HOLDS
    assert members.words == []
    assert observer.notes == ["sem(x)<0.25 holds at every point (1) with 40 members; the largest is 0.1601"]
    (look,) = read_looks(members.run)
    assert (look.interval, look.level) == ("student", 0.95)
    assert (look.rule, look.over, look.members, look.open_points, look.added) == ("sem(x)<0.25", "member", 40, 0, 0)


def test_members_are_added_until_it_holds_at_most_as_many_as_there_are(make: Make, observer: Listener) -> None:
    members = make(axis("lr", [0.1, 0.2]), member_axis(4))
    assert extend_until(members.run, rule(), members.extend, observer).stop is Stop.HOLDS
    counts = [int(word.removeprefix("hydra.sweeper.members=")) for word in members.words]
    assert counts[0] == 8
    assert all(after <= 2 * before for before, after in zip([4, *counts], counts, strict=False))
    looks = list(read_looks(members.run))
    assert [look.members for look in looks] == [4, *counts]
    assert [look.added for look in looks] == [*(b - a for a, b in zip([4, *counts], counts, strict=False)), 0]
    assert observer.notes[0] == ("4 members: sem(x) is 0.5774 at worst, 2 of 2 points are open; 4 more members")
    assert "holds at every point (2)" in observer.notes[-1]


def test_a_batch_has_the_size_that_was_asked_for(make: Make, observer: Listener) -> None:
    members = make(member_axis(4))
    extend_until(members.run, rule(batch=7), members.extend, observer)
    assert members.words[:2] == ["hydra.sweeper.members=11", "hydra.sweeper.members=18"]
    one = make_run(members.run.path.with_name("other"), member_axis(2))
    write_shard(one, "0.a", [success(task_id, {"x": value(task_id)}) for task_id in range(2)])
    with pytest.raises(KeyError):
        extend_until(one, rule(batch=1), lambda more, _: {}[more], observer)
    assert observer.notes[-1].endswith("; 1 more member")


def test_at_the_limit_no_more_are_added(make: Make, observer: Listener) -> None:
    members = make(member_axis(4))
    assert extend_until(members.run, rule("sem(x)<0.001", limit=10), members.extend, observer).stop is Stop.LIMIT
    assert members.words == ["hydra.sweeper.members=8", "hydra.sweeper.members=10"]
    assert "stopped at the limit of 10 members (--limit)" in observer.notes[-1]
    assert [look.added for look in read_looks(members.run)] == [4, 2, 0]


def test_a_limit_below_what_is_there_takes_nothing_away(make: Make) -> None:
    members = make(member_axis(4))
    assert extend_until(members.run, rule(limit=2), members.extend).stop is Stop.LIMIT
    assert members.words == []


def test_if_the_user_stops_the_new_tasks_it_ends_there(make: Make) -> None:
    members = make(member_axis(4))
    interrupted = extend_until(members.run, rule(), lambda *given: members.extend(*given) and False)
    assert (interrupted.stop, interrupted.members, interrupted.added) == (Stop.INTERRUPTED, 8, 4)
    assert [look.added for look in read_looks(members.run)] == [4]


def test_a_look_says_only_of_members_that_are_there_that_they_were_added(make: Make) -> None:
    def refuse(_: MoreMembers, __: Callable[[], None]) -> bool:
        raise UsageError("the code has changed")

    members = make(member_axis(4))
    with pytest.raises(UsageError, match="the code has changed"):
        extend_until(members.run, rule(), refuse)
    assert [look.added for look in read_looks(members.run)] == [0]


def test_members_are_added_to_one_axis(make: Make) -> None:
    members = make(axis("lr", [0.1, 0.2]), member_axis(4))
    with pytest.raises(UsageError, match=r"--over is member,t; --until takes one axis, .*, such as member"):
        extend_until(members.run, rule(over="member,t"), members.extend)


def test_members_may_be_those_of_a_range(make: Make) -> None:
    members = make(axis("lr", [0.1, 0.2]), count_axis("seed", 4))
    extend_until(members.run, rule(batch=8, limit=12), members.extend)
    assert members.words == ["seed=range(0,12,1)"]


@pytest.mark.parametrize(
    ("over", "message"),
    [("lr", r"how lr=0\.1,0\.2 goes on can't be told; only a range"), ("nothing", "nothing")],
)
def test_an_axis_that_cannot_be_numbered_on_is_refused(make: Make, over: str, message: str) -> None:
    members = make(axis("lr", [0.1, 0.2]), member_axis(3))
    with pytest.raises(UsageError, match=message):
        extend_until(members.run, rule(over=over), members.extend)
    assert members.words == []
    assert list(read_looks(members.run)) == []


def test_a_variable_that_no_task_returned_is_refused(make: Make) -> None:
    with pytest.raises(UsageError, match="'y'"):
        extend_until(make(member_axis(4)).run, rule("sem(y)<1"), lambda *_: True)


def test_members_that_bring_no_value_end_it(make: Make) -> None:
    members = make(member_axis(4))
    members.fails = True
    with pytest.raises(UsageError, match=r"brought no value of x where sem\(x\)<0\.25 is open \(1 of 1"):
        extend_until(members.run, rule(), members.extend)
    assert len(members.words) == 1
    assert [look.added for look in read_looks(members.run)] == [4, 0]


def test_tasks_without_a_result_are_to_be_run_first(make: Make) -> None:
    members = make(member_axis(4), recorded=False)
    write_shard(members.run, "0.a", [success(0, {"x": 1.0}), failure(1)])
    with pytest.raises(UsageError, match=r"2 tasks of .* have no result; run them first: sweeprun resume"):
        extend_until(members.run, rule(), members.extend)
    submit(members.run, tasks="0-3", submitter=ALIVE)
    with pytest.raises(UsageError, match=r"still wait or run; wait for them first: sweeprun wait"):
        extend_until(members.run, rule(), members.extend)
    assert list(read_looks(members.run)) == []


def test_a_look_says_which_interval_it_was_about(make: Make) -> None:
    members = make(member_axis(40))
    target = Target.parse("halfwidth(x)<0.5", 0.8, IntervalKind.NORMAL)
    stopping = StoppingRule(target=target, over=None, batch=None, limit=40)
    assert extend_until(members.run, stopping, members.extend).stop is Stop.HOLDS
    (look,) = read_looks(members.run)
    assert (look.interval, look.level) == ("normal", 0.8)


def test_what_values_are_taken_for_is_said_once(make: Make, observer: Listener) -> None:
    members = valued(make, member_axis(4), of=lambda task_id: task_id % 2)
    extend_until(members.run, rule("halfwidth(x)<0.3"), members.extend, observer)
    said = "x: all values are 0 or 1: a proportion; --interval student takes them for other numbers"
    assert [note for note in observer.notes if "proportion" in note] == [said]
    assert {look.interval for look in read_looks(members.run)} == {"wilson"}


def valued(make: Make, *axes: Axis, of: Callable[[int], float]) -> Members:
    """Members that have other values."""
    members = make(*axes, recorded=False)
    members.value = of
    members.record()
    return members


def test_an_infinite_value_drives_nothing_to_the_limit(make: Make, observer: Listener) -> None:
    members = valued(make, axis("lr", [0.1, 0.2]), member_axis(40), of=lambda i: math.inf if i == 43 else value(i))
    assert extend_until(members.run, rule(), members.extend, observer).stop is Stop.UNDETERMINED
    assert members.words == []
    (look,) = read_looks(members.run)
    assert (look.open_points, look.added) == (1, 0)
    assert observer.notes == ["40 members: sem(x)<0.25 is undetermined at 1 of 2 points, and holds at the others"]
    why, infinite = observer.warnings
    assert why == "undetermined, so no members are added for it: lr=0.2: 1 of 40 results is infinite"
    assert infinite.startswith("x: 1 of 80 results is infinite")


def test_members_that_are_all_equal_get_no_more(make: Make, observer: Listener) -> None:
    members = valued(make, member_axis(4), of=lambda _: 0.30000000000000004)
    assert (
        extend_until(members.run, rule("rel_sem(x)<0.01", batch=5), members.extend, observer).stop is Stop.UNDETERMINED
    )
    assert members.words == []
    assert observer.notes == ["4 members: rel_sem(x)<0.01 is undetermined at 1 of 1 points"]
    assert "the only point: all members are equal to the bit" in observer.warnings[0]


def test_members_that_are_all_0_are_looked_at_again_until_there_are_enough(make: Make, observer: Listener) -> None:
    members = valued(make, axis("lr", [0.1, 0.2]), member_axis(40), of=lambda i: 0.0 if 40 <= i < 80 else value(i))
    assert extend_until(members.run, rule("sem(x)<2"), members.extend, observer).stop is Stop.HOLDS
    begun = "40 members: sem(x) is 0.1601 at worst where it is known, 1 of 2 points are open; 40 more members"
    assert observer.notes[0] == begun
    assert members.words == ["hydra.sweeper.members=80"]


def test_members_that_stay_0_are_undetermined(make: Make, observer: Listener) -> None:
    members = valued(make, axis("lr", [0.1, 0.2]), member_axis(100), of=lambda i: 0.0 if i >= 100 else value(i))
    assert extend_until(members.run, rule("sem(x)<2"), members.extend, observer).stop is Stop.UNDETERMINED
    assert members.words == []
    assert observer.warnings[0].endswith("lr=0.2: all members are 0: others are rare, if any")
    assert observer.warnings[1].startswith("x is 0 in all 100 members at 1 of 2 points (lr=0.2)")


def test_other_points_go_on_and_it_does_not_hold_in_the_end(make: Make, observer: Listener) -> None:
    def of(task_id: int) -> float:
        return math.nan if 4 <= task_id < 8 else value(task_id)

    members = valued(make, axis("lr", [0.1, 0.2]), member_axis(4), of=of)
    assert extend_until(members.run, rule(limit=6), members.extend, observer).stop is Stop.LIMIT
    assert observer.notes[0].endswith("1 of 2 points are open and 1 undetermined; 2 more members")
    assert observer.warnings[0] == "x: 4 of 12 results are NaN, and left out: lr=0.2 (4 of 6)"


def test_a_target_holds_with_nan_left_out_and_says_so(make: Make, observer: Listener) -> None:
    of = lambda i: math.nan if i in (3, 5) else value(i)  # noqa: E731
    members = valued(make, member_axis(40), of=of)
    assert extend_until(members.run, rule(), members.extend, observer).stop is Stop.HOLDS
    assert "holds at every point (1) with 40 members (of 38 values where these are fewest)" in observer.notes[-1]
    assert observer.warnings == ["x: 2 of 40 results are NaN, and left out"]
    assert extend_until(members.run, replace(rule(), nan=NanPolicy.PROPAGATE), members.extend).stop is Stop.UNDETERMINED
    with pytest.raises(UsageError, match="2 of 40 results are NaN"):
        extend_until(members.run, replace(rule(), nan=NanPolicy.RAISE), members.extend)
    assert members.words == []


def test_members_that_share_streams_may_be_said_to_be_independent(tmp_path: Path) -> None:
    grid = Grid(axes=(axis("lr", [0.1, 0.2]), count_axis("seed", 4)))
    members = Members(make_run_of(tmp_path / "run", TaskTable.of(grid, Streams(shared_by=("lr",)))))
    members.record()
    by_seed = replace(rule("sem(x)<9"), over="seed", nan=NanPolicy.PROPAGATE)
    with pytest.raises(UsageError, match="share random streams"):
        extend_until(members.run, by_seed, members.extend)
    assert extend_until(members.run, replace(by_seed, independent=True), members.extend).stop is Stop.HOLDS
    (look,) = read_looks(members.run)
    assert (look.independent, look.nan) == (True, "propagate")
