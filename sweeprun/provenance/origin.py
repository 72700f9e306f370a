"""The origin of a record: the code, host and threads that it was made with."""

import json
import os
import platform
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from pathlib import Path

from sweeprun.cpus import THREAD_VARIABLES

_CPU_INFO_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a record was made with.

    Attributes
    ----------
    code
        The digest of the code (`sweeprun.provenance.code.Code`); empty if it wasn't known.
    host, cpu
        The host, and the model of its processor, on which the last bits of linear algebra depend.
    threads
        To how many threads the worker's thread pools were kept; 0 if they were not.
    """

    code: str = ""
    host: str = ""
    cpu: str = ""
    threads: int = 0

    @classmethod
    def current(cls, code: str, environ: Mapping[str, str] | None = None) -> "Origin":
        """The origin of what is made by this process, in its environment."""
        environ = os.environ if environ is None else environ
        threads = environ.get(THREAD_VARIABLES[0], "")
        return cls(
            code=code,
            host=socket.gethostname(),
            cpu=cpu_model(),
            threads=int(threads) if threads.isascii() and threads.isdecimal() else 0,
        )

    def to_json(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    @lru_cache(maxsize=256)
    def from_json(cls, text: str) -> "Origin":
        """The inverse of `to_json`; an origin of which nothing is known, if it can't be read."""
        with suppress(ValueError, TypeError, KeyError, OverflowError, RecursionError):
            data = json.loads(text)
            return cls(
                code=str(data["code"]), host=str(data["host"]), cpu=str(data["cpu"]), threads=int(data["threads"])
            )
        return cls()


@cache
def cpu_model() -> str:
    """The model of this machine's processor; only the beginning of the list, which is long on large machines."""
    with suppress(OSError), Path("/proc/cpuinfo").open("rb") as file:
        for line in file.read(_CPU_INFO_BYTES).decode(errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
