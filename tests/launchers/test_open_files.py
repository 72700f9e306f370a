"""The limit of open files, in children: what is lowered can't be raised again."""

import os
import resource

import pytest

from sweeprun.launchers.open_files import make_room


def room(soft: int, hard: int, workers: int) -> tuple[int, int]:
    """For how many workers there is room with limits, and what the limit is then."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.dup2(writing, 0)
            os.closerange(1, 256)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            made = make_room(workers)
            os.write(0, f"{made} {resource.getrlimit(resource.RLIMIT_NOFILE)[0]}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        made, limit = map(int, answer.read().split())
    os.waitpid(child, 0)
    return made, limit


def test_a_limit_that_is_high_enough_stays() -> None:
    assert room(256, 4096, 10) == (10, 256)


@pytest.mark.parametrize("soft", [10, 64])
def test_it_is_raised_as_far_as_need_be(soft: int) -> None:
    made, limit = room(soft, 4096, 100)
    assert made == 100
    assert 300 < limit < 350


def test_as_many_workers_as_it_leaves_room_for() -> None:
    made, limit = room(64, 64, 100)
    assert limit == 64
    assert 10 <= made < 20
    assert room(20, 20, 100) == (1, 20)
