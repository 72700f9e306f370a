"""Every block of every page does what the page says: one test a page."""

from pathlib import Path

import pytest

from tests.docs.blocks import Block, Kind, read_blocks
from tests.docs.conftest import PAGES, ROOT, environment, make_clone
from tests.docs.session import Session

NOT_RUN_AT_MOST = 8
_SLURM = ("launcher=slurm", "launcher=cluster", "sbatch ", "squeue", "sweeprun_slurm")
_RUN = (Kind.BASH, Kind.CONSOLE, Kind.PYTHON, Kind.PYCON)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def mentions(blocks: list[Block], *words: str) -> bool:
    return any(word in block.text for block in blocks if block.kind in _RUN for word in words)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_does_what_it_says(
    page: Path, page_folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    blocks = read_blocks(page)
    surroundings = environment() | {"TMPDIR": str(tmp_path)}  # what a page locks there is its own
    if mentions(blocks, *_SLURM):
        surroundings["SLURM_CONF"] = str(request.getfixturevalue("cluster").conf)
    if mentions(blocks, "scripts/sweeprun"):
        make_clone(page_folder)
    with Session(page_folder, tmp_path, surroundings, name_of(page)) as session:
        for block in blocks:
            session.run(block)


def test_what_is_not_run_says_why_and_is_little() -> None:
    left_out = [
        (name_of(page), block.line, block.note)
        for page in PAGES
        for block in read_blocks(page)
        if block.kind is Kind.NOT_RUN
    ]
    assert all(len(reason) >= 10 for _, _, reason in left_out), left_out
    assert len(left_out) <= NOT_RUN_AT_MOST, left_out
