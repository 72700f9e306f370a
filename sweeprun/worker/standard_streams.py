"""Standard input, output and error of a worker: there for each task, whatever earlier ones did with them.

What a task closes would be closed for all tasks after it, and the system would give its number to the next file that
anybody opens, which would then get what tasks print.
"""

import io
import os
import sys
from contextlib import suppress

from sweeprun.store.own_files import OwnDescriptor

_STREAMS = {1: "stdout", 2: "stderr"}


class StandardStreams:
    """Copies of the descriptors 0 to 2, as far as they are open."""

    def __init__(self) -> None:
        self._copies: dict[int, OwnDescriptor] = {}
        for number in range(3):
            with suppress(OSError):
                self._copies[number] = OwnDescriptor(os.dup(number))

    def restore(self) -> None:
        """Open again what is closed; what a task has redirected stays so."""
        for number, copy in self._copies.items():
            try:
                os.fstat(number)
            except OSError:
                if copy.is_ours():
                    with suppress(OSError):
                        os.dup2(copy.number, number)
        for number, name in _STREAMS.items():
            if number in self._copies and getattr(getattr(sys, name), "closed", False):
                setattr(sys, name, _text_stream(number))

    def close(self) -> None:
        """Close the copies."""
        for copy in self._copies.values():
            copy.close()


def _text_stream(number: int) -> io.TextIOWrapper:
    stream = open(number, "w", errors="backslashreplace", closefd=False)  # noqa: SIM115  # for good
    stream.reconfigure(line_buffering=True)
    return stream
