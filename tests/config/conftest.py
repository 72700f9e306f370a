"""Configs are composed for those who type overrides, so messages here are in their words."""

from collections.abc import Iterator

import pytest

from sweeprun.wording import TERMINAL, speaking


@pytest.fixture(autouse=True)
def at_a_terminal() -> Iterator[None]:
    with speaking(TERMINAL):
        yield
