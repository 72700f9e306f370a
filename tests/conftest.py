"""Hypothesis draws the same examples in every run; a failure is never a matter of luck, or of a busy machine."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from sweeprun.wording import TERMINAL, speaking
from tests.command_line import forking_process, run, study
from tests.forked_workers import start_workers_as_forks
from tests.s3_server import bucket, s3_server

__all__ = ["bucket", "run", "s3_server", "study"]  # fixtures of whoever types commands, or has a bucket

settings.register_profile(
    "deterministic", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("deterministic")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("storms", "crash storms (tests/storm)")
    group.addoption("--disturbances", type=int, default=120, help="how many, of all storms together")
    group.addoption("--storm-seed", type=int, default=0, help="what all storms are drawn from")


def pytest_configure() -> None:
    """Let Ctrl-C reach what tests start, also where pytest itself was started in the background of a script."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def _forked_workers() -> None:
    """Workers that tests start without a command are forks, too."""
    start_workers_as_forks(lambda: forking_process().requests)


@pytest.fixture(autouse=True)
def door() -> Iterator[None]:
    """Messages are in the words of a terminal, but where tests say otherwise."""
    with speaking(TERMINAL):
        yield
