"""The standard streams while a verb works: closed, full, or read by nobody, they never stop it, and take any text."""

import codecs
import io
import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from sweeprun.errors import UsageError, describe_os_error

BROKEN_PIPE = 128 + signal.SIGPIPE
"""The exit code of what printed to a reader that went away, as shells have it of tools that the signal ends."""

_STANDARD = (0, 1, 2)
_WRITTEN = "sweeprun.written"


class TolerantFile(io.FileIO):
    """A standard descriptor that drops what it can't pass on.

    Attributes
    ----------
    lost
        Why something was dropped; None as long as nothing was.
    """

    lost: OSError | None = None

    def write(self, data: Any, /) -> int:
        """Pass on what can be passed on; a descriptor that another process made non-blocking is waited for."""
        while True:
            try:
                written = super().write(data)
            except OSError as error:  # its reader went away, its disk is full, its terminal is gone
                self.lost = self.lost or error
                return memoryview(data).nbytes
            if written is not None:
                return written
            select.select([], [self], [])


@contextmanager
def standard_streams() -> Iterator[None]:
    """Let standard streams that are closed, or can't be written, stop nothing.

    Streams that were put in the place of the interpreter's own, by a notebook or a test, are left as they are.
    """
    occupy_descriptors()
    former = sys.stdin, sys.stdout, sys.stderr
    with _null("r") as nothing, _null("w") as nowhere:
        ours = (
            sys.stdin or nothing,
            _tolerant(sys.stdout, sys.__stdout__, nowhere),
            _tolerant(sys.stderr, sys.__stderr__, nowhere),
        )
        sys.stdin, sys.stdout, sys.stderr = ours
        try:
            yield
        finally:
            for stream in ours[1:]:
                with suppress(OSError, ValueError):
                    stream.flush()
            for name, own, before in zip(("stdin", "stdout", "stderr"), ours, former, strict=True):
                if getattr(sys, name) is own:
                    setattr(sys, name, before)


def occupy_descriptors() -> None:
    """Open the null device at standard descriptors that are closed: the next file that is opened would be one."""
    for number in _STANDARD:
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest that is free, so never one above
            os.set_inheritable(opened, True)


def output_is_read() -> bool:
    """Whether standard output has taken all that was printed so far; False once its reader is gone."""
    return _lost(sys.stdout) is None


def verdict_code(code: int) -> int:
    """The exit code of a verb that says with it what was found: never 0 if the reader left before the words for it."""
    sys.stdout.flush()
    return code or (BROKEN_PIPE if isinstance(_lost(sys.stdout), BrokenPipeError) else 0)


def exit_code(code: int) -> int:
    """The exit code of any verb: not 0 if what it printed is lost, as on a full disk, unless its reader left."""
    sys.stdout.flush()
    lost = _lost(sys.stdout)
    if lost is None or isinstance(lost, BrokenPipeError):
        return code
    print(f"sweeprun: standard output: {describe_os_error(lost)}", file=sys.stderr, flush=True)
    return code or UsageError.exit_code


def _lost(stream: TextIO) -> OSError | None:
    """Why a part of a stream was dropped."""
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)
    return raw.lost if isinstance(raw, TolerantFile) else None


@contextmanager
def _null(mode: str) -> Iterator[TextIO]:
    """The null device; a task that runs in this process may close it, or have its number for something else."""
    descriptor = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    own = os.fstat(descriptor)
    stream = open(descriptor, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
    try:
        yield cast("TextIO", stream)
    finally:
        with suppress(OSError):
            stream.close()
            if os.path.samestat(os.fstat(descriptor), own):
                os.close(descriptor)


def _tolerant(stream: TextIO | None, own: TextIO | None, nowhere: TextIO) -> TextIO:
    """What takes everything in the place of a stream."""
    if stream is None or stream.closed:
        return nowhere
    if stream is not own or not isinstance(stream, io.TextIOWrapper):
        return stream
    with suppress(OSError):
        stream.flush()
    raw = TolerantFile(stream.fileno(), "w", closefd=False)
    raw.name = stream.name
    text = io.TextIOWrapper(
        cast("io.BufferedWriter", raw) if stream.write_through else io.BufferedWriter(raw),  # as Python's own
        encoding=stream.encoding,
        errors=_WRITTEN,
        newline="\n",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    text.mode = "w"  # type: ignore[misc]  # as that of Python's own
    return text


def _write_out(error: UnicodeError) -> tuple[str, int]:
    """What a terminal's encoding doesn't have, written out."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    from sweeprun.safe_text import json_escaped  # only now: most terminals have all

    return json_escaped(error.object[error.start : error.end]), error.end


codecs.register_error(_WRITTEN, _write_out)
