"""A notebook is spoken to in words of Python."""

from collections.abc import Iterator

import pytest

from sweeprun.wording import PYTHON, speaking


@pytest.fixture(autouse=True)
def door() -> Iterator[None]:
    with speaking(PYTHON):
        yield
