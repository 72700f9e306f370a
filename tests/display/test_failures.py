"""Failed tasks as lines of text."""

import pytest

from sweeprun.display.failures import failure_lines, print_failures
from sweeprun.results.failed_task import FailedTask
from sweeprun.results.failure_lines import SourceLine
from sweeprun.results.failures import MOST_COUNTED, FailureGroup, Failures
from sweeprun.results.in_common import Common, Strength, Values

LINE = SourceLine(file="/home/ann/study/post.py", line=5)


def group(*task_ids: int, what: str = "KeyError: 'value'", count: int = 0, messages: int = 1) -> FailureGroup:
    tasks = tuple(
        FailedTask(task_id=i, coordinates={"input": f"station_{i}.csv"}, kind="KeyError", what=what, where=LINE)
        for i in task_ids
    )
    return FailureGroup(
        kind="KeyError",
        what=what,
        where=LINE,
        count=count or len(task_ids),
        messages=messages,
        tasks=tasks,
        common=Common(values=(Values(name="lr", labels=("0.5",)),), strength=Strength.ALL_HAVE, count=2),
    )


def of(*groups: FailureGroup) -> Failures:
    return Failures(count=sum(one.count for one in groups), groups=groups, axes=("input",), base="/home/ann/study")


def test_a_task_is_one_line_and_columns_are_aligned() -> None:
    assert failure_lines(of(group(13), group(7, what="ValueError"))) == [
        "failed:",
        "  task 13  input=station_13.csv  post.py:5  KeyError: 'value'",
        "  task 7  input=station_7.csv   post.py:5  ValueError",
    ]


def test_equal_failures_are_listed_once_with_what_they_have_in_common() -> None:
    assert failure_lines(of(group(1, 2, 3, 4, 5, count=12, messages=7))) == [
        "failed:",
        "  12 tasks  post.py:5  KeyError: 'value' (the first of 7 messages)",
        "      all have lr=0.5",
        "      task 1  input=station_1.csv",
        "      task 2  input=station_2.csv",
        "      task 3  input=station_3.csv",
        "      … and 9 more",
    ]


def test_messages_that_are_not_counted_to_the_end_are_said_to_be_more() -> None:
    (line,) = (line for line in failure_lines(of(group(1, 2, count=2000, messages=MOST_COUNTED))) if "2000" in line)
    assert line.endswith(f"(the first of {MOST_COUNTED} or more messages)")


def test_no_more_than_a_screen_and_no_orders_for_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_failures(of(*(group(i, i + 1, what=f"E{i}\x1b[2J\nfailed:") for i in range(30))))
    told = capsys.readouterr()
    assert told.out == ""
    assert "E11\\x1b[2J\\nfailed:" in told.err
    assert "E12" not in told.err
    assert "… 18 more kinds of failures, of 36 tasks" in told.err
    assert len(told.err.splitlines()) < 60
    print_failures(Failures())
    assert capsys.readouterr().err == ""
