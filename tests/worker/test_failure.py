"""What is kept of an exception: enough to find the mistake, and nothing that can't be stored."""

import sys
from pathlib import Path
from typing import Any

import pytest

from sweeprun.errors import TaskFunctionError
from sweeprun.store.records import Failure
from sweeprun.worker.failure import failure_of, names_of
from sweeprun.worker.functions import load_task_function


class OwnError(ValueError):
    pass


class Unprintable(Exception):  # noqa: N818
    def __str__(self) -> str:
        raise RuntimeError("no message")


def kept_of(error: BaseException) -> Failure:
    try:
        raise error
    except BaseException as raised:  # noqa: BLE001
        return failure_of(raised)


def test_type_message_and_traceback_are_kept() -> None:
    failure = kept_of(OwnError("größer als 1"))
    assert (failure.type, failure.message) == ("OwnError", "größer als 1")
    assert failure.traceback.startswith("Traceback (most recent call last):\n")
    assert failure.traceback.endswith("OwnError: größer als 1\n")
    assert Failure.decode(failure.encode()) == failure


def test_frames_of_the_worker_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    (tmp_path / "müdel.py").write_text("def f():\n    g()\n\n\ndef g():\n    raise KeyError('missing')\n")
    function = load_task_function("müdel.py:f", tmp_path)
    nothing: Any = None
    with pytest.raises(KeyError) as raised:
        function(nothing, nothing, nothing)
    frame = raised.value.__traceback__
    assert frame is not None
    raised.value.__traceback__ = frame.tb_next  # the test is no part of a worker
    text = failure_of(raised.value).traceback
    assert "sweeprun" not in text
    lines = [line.strip() for line in text.splitlines()]
    assert [line for line in lines if line.startswith(("g(", "raise"))] == ["g()", "raise KeyError('missing')"]


def test_an_error_of_the_worker_itself_keeps_its_last_frame() -> None:
    with pytest.raises(TaskFunctionError) as raised:
        load_task_function(7, Path())
    frame = raised.value.__traceback__
    assert frame is not None
    raised.value.__traceback__ = frame.tb_next
    assert "in load_task_function" in failure_of(raised.value).traceback


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (SystemExit(3), "exit code 3"),
        (SystemExit("bye"), "bye"),
        (SystemExit(), "exit code None"),
        (KeyboardInterrupt(), ""),
        (Unprintable(), "(its message can't be printed)"),
    ],
)
def test_exceptions_of_every_kind_have_a_message(error: BaseException, message: str) -> None:
    assert kept_of(error).message == message


def test_of_a_cause_the_traceback_is_kept() -> None:
    try:
        try:
            raise OSError("the disk")
        except OSError as cause:
            raise OwnError("the file") from cause
    except OwnError as error:
        text = failure_of(error).traceback
    assert text.index("OSError: the disk") < text.index("direct cause") < text.index("OwnError: the file")


def test_long_tracebacks_lose_their_beginning() -> None:
    def deeper(levels: int) -> None:
        if levels:
            (deeper if levels % 2 else deepest)(levels - 1)
        raise ValueError("z")

    def deepest(levels: int) -> None:
        deeper(levels)

    with pytest.raises(ValueError, match="z") as raised:
        deeper(300)
    failure = failure_of(raised.value)
    assert len(failure.traceback) == 20_000
    assert failure.traceback.endswith("ValueError: z\n")


def test_an_exception_may_be_called_by_any_of_its_classes() -> None:
    class NestedError(OwnError):
        pass

    names = names_of(NestedError("a"))
    inner = NestedError.__qualname__
    assert {"NestedError", inner, f"{__name__}.{inner}", "OwnError", f"{__name__}.OwnError"} <= names
    assert {"ValueError", "builtins.ValueError", "Exception", "BaseException"} <= names
    assert not {"object", "builtins.object", "KeyError"} & names


def test_a_long_message_leaves_room_for_the_frames() -> None:
    failure = kept_of(OwnError("array mismatch:\n" + "0.123 " * 10_000))
    assert failure.message.startswith("array mismatch:\n0.123 ")
    assert failure.message.endswith(" … and 50016 more characters")
    assert failure.traceback.startswith("Traceback (most recent call last):\n")
    assert "in kept_of" in failure.traceback
    assert failure.traceback.endswith(f"OwnError: {failure.message}\n")
