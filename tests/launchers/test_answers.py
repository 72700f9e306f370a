"""What workers answer, and what no worker would."""

import pytest

from sweeprun.errors import FormatError
from sweeprun.launchers.answers import Answer, Broken, Done, Failed, Note, Ready, Warn, parse_answer
from sweeprun.store.records import Failure


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("ready 0.node-1-a4", Ready("0.node-1-a4")),
        ("done 3 0", Done(3, 0)),
        ("note all lack  größe", Note("all lack  größe")),
        ("warn task 1 left threads", Warn("task 1 left threads")),
        ("broken - No space left on device", Broken(None, "No space left on device")),
        ("broken 7 Stale file handle: w", Broken(7, "Stale file handle: w")),
        (
            'failed 4 {"type": "E", "message": "a  b", "traceback": ""}',
            Failed(4, Failure(type="E", message="a  b", traceback="")),
        ),
    ],
)
def test_each_is_read(line: str, answer: Answer) -> None:
    assert parse_answer(line) == answer


@pytest.mark.parametrize(
    "line",
    [
        *("", " ", "don", "done", "done 1", "done 1 2 3", "done -1 2", "done ² 1", "done 1.0 0", "xdone 1 0"),
        *("ready", "ready ../w", "ready a/b", "ready .hidden", "failed", "failed 1", "failed 1 {}", "failed x {}"),
        *("broken", "broken x why", "tasks 0-3"),
    ],
)
def test_what_no_worker_would_say_is_none(line: str) -> None:
    with pytest.raises(FormatError):
        parse_answer(line)
