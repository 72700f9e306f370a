"""What several subcommands are tried on."""

from pathlib import Path

import pytest

from tests.cli.chancy import CHANCY


@pytest.fixture
def chancy(study: Path) -> Path:
    (study / "chancy.py").write_text(CHANCY)
    return study
