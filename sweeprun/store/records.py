"""A record: the outcome of one attempt at one task."""

import json
import struct
import zlib
from dataclasses import asdict, dataclass
from enum import Enum

from sweeprun.errors import FormatError

FAILURE_LAYOUT = ""
"""The layout of a failed task's record, whose payload is a `Failure`."""

_HEADER = struct.Struct("<qiqdd?")


class Outcome(Enum):
    """How an attempt ended."""

    SUCCEEDED = 0
    FAILED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a task failed.

    Attributes
    ----------
    type
        The name of the exception.
    message
        Its text.
    traceback
        As Python prints it.
    """

    type: str
    message: str
    traceback: str

    def encode(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False).encode("utf-8", "surrogatepass")

    @classmethod
    def decode(cls, payload: bytes) -> "Failure":
        """The inverse of `encode`.

        Raises
        ------
        FormatError
            If the payload is no failure.
        """
        try:
            failure = cls(**json.loads(payload))
            if not all(isinstance(text, str) for text in (failure.type, failure.message, failure.traceback)):
                raise TypeError("its texts are none")
            return failure
        except (ValueError, TypeError, RecursionError) as error:
            raise FormatError(f"malformed failure in a record: {error}") from error


def lost_failure(reason: str) -> Failure:
    """How a lost task is told, as far as anybody saw what its worker ended with."""
    message = "its worker ended before it did" if reason else "its worker is gone, and nobody saw it end"
    return Failure(type=f"lost: {reason}" if reason else "lost", message=message, traceback="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The outcome of one attempt at one task.

    Attributes
    ----------
    task_id, attempt
        Which task, and the number of the attempt from 1.
    outcome
        How it ended.
    stream
        The number of the random stream that it was given.
    started, seconds
        When it began (Unix time, seconds) and how long it took.
    layout, payload
        What it returned (see `sweeprun.store.payloads`), or its `Failure`.
    origin
        What it was made with (see `sweeprun.provenance.origin`); empty in shards of version 1.
    """

    task_id: int
    attempt: int
    outcome: Outcome
    stream: int
    started: float
    seconds: float
    layout: str
    payload: bytes
    origin: str = ""

    def checksum(self) -> int:
        """CRC-32 of everything in the record."""
        header = _HEADER.pack(
            self.task_id, self.attempt, self.stream, self.started, self.seconds, self.outcome is Outcome.SUCCEEDED
        )
        return zlib.crc32(
            self.payload, zlib.crc32(self.layout.encode(), zlib.crc32(self.origin.encode(), zlib.crc32(header)))
        )

    def failure(self) -> Failure | None:
        """Why it failed; None if it succeeded."""
        return None if self.outcome is Outcome.SUCCEEDED else Failure.decode(self.payload)
