"""The origin of a record: the code, host and threads that it was made with."""

import json
import os
import platform
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from sweeprun.cpus import THREAD_VARIABLES, threads_set

_CPU_INFO_BYTES = 4096
_MOST_THREADS = 2**40
_VALUE = re.compile("[0-9A-Za-z,._+-]{1,64}")
"""What a thread variable may say to be kept, and set again."""


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
    pools
        The variables of such pools that said something else, because the user had set them.
    """

    code: str = ""
    host: str = ""
    cpu: str = ""
    threads: int = 0
    pools: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def current(cls, code: str, environ: Mapping[str, str] | None = None) -> "Origin":
        """The origin of what is made by this process, in its environment."""
        environ = os.environ if environ is None else environ
        threads = threads_set(environ)
        found = {name: environ.get(name, "") for name in THREAD_VARIABLES} if threads else {}
        return cls(
            code=code,
            host=socket.gethostname(),
            cpu=cpu_model(),
            threads=threads,
            pools={name: value for name, value in found.items() if value != str(threads) and _VALUE.fullmatch(value)},
        )

    def thread_variables(self) -> dict[str, str]:
        """The variables that limit thread pools, as they were; none if that isn't known."""
        return dict.fromkeys(THREAD_VARIABLES, str(self.threads)) | dict(self.pools) if self.threads else {}

    def to_json(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    @lru_cache(maxsize=256)
    def from_json(cls, text: str) -> "Origin":
        """The inverse of `to_json`; an origin of which nothing is known, if it can't be read."""
        with suppress(ValueError, TypeError, KeyError, OverflowError, RecursionError):
            data = json.loads(text)
            return cls(
                code=str(data["code"]),
                host=str(data["host"]),
                cpu=str(data["cpu"]),
                threads=threads if 0 <= (threads := int(data["threads"])) <= _MOST_THREADS else 0,
                pools=_pools(data.get("pools")),
            )
        return cls()


def _pools(data: object) -> dict[str, str]:
    """The variables in it that may be set again: known ones, to what such variables say."""
    if not isinstance(data, dict):
        return {}
    return {
        name: value
        for name, value in data.items()
        if name in THREAD_VARIABLES and isinstance(value, str) and _VALUE.fullmatch(value)
    }


@cache
def cpu_model() -> str:
    """The model of this machine's processor; only the beginning of the list, which is long on large machines."""
    with suppress(OSError), Path("/proc/cpuinfo").open("rb") as file:
        for line in file.read(_CPU_INFO_BYTES).decode(errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
