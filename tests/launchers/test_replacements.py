"""When workers that came to nothing are replaced: one hiccup counts once, whoever it hit."""

from itertools import pairwise

import pytest

from sweeprun.launchers.replacements import GIVEN_UP_AFTER, Replacements


def taken(replacements: Replacements, now: float, *, starting: bool = False) -> list[int]:
    """The slots that get a worker now; each makes the next wait only if there is trouble."""
    slots = []
    while (slot := replacements.take(now, starting=starting)) is not None:
        slots.append(slot)
    return slots


def test_without_trouble_all_start_at_once() -> None:
    replacements = Replacements(range(3))
    assert taken(replacements, 0.0, starting=True) == [0, 1, 2]
    assert replacements.wait(0.0, starting=False) is None
    replacements.vacate(1)
    assert taken(replacements, 5.0, starting=True) == [1]


def test_a_hiccup_that_ends_all_counts_once_and_all_come_back() -> None:
    replacements = Replacements(range(64))
    taken(replacements, 0.0)
    for slot in range(64):
        replacements.vacate(slot)
        replacements.came_to_nothing(started=0.0, now=10.0 + slot / 1000)
    assert not replacements.hopeless
    assert replacements.take(10.1, starting=False) == 0
    assert replacements.take(10.1, starting=True) is None  # one at a time
    replacements.is_ready(started=10.1)
    assert taken(replacements, 10.5, starting=True) == list(range(1, 64))


def test_what_lasts_is_given_up() -> None:
    replacements = Replacements(range(2))
    taken(replacements, 0.0)
    now, starts = 5.0, []
    for slot in range(2):
        replacements.vacate(slot)
        replacements.came_to_nothing(0.0, now)
    while not replacements.hopeless:
        now += replacements.wait(now, starting=False) or 0.0
        slot = replacements.take(now, starting=False)
        assert slot is not None
        starts.append(now)
        replacements.vacate(slot)
        replacements.came_to_nothing(started=now, now=now + 0.1)
    assert len(starts) == GIVEN_UP_AFTER - 1
    assert starts[0] == 5.0
    assert starts[1] >= 6.1


def test_while_others_work_it_is_tried_again_and_again_ever_more_rarely() -> None:
    replacements = Replacements(range(2))
    assert replacements.take(0.0, starting=False) == 0
    replacements.is_ready(0.0)
    now, starts = 0.0, []
    while now < 3600:
        slot = replacements.take(now, starting=False)
        if slot is None:
            now += replacements.wait(now, starting=False) or 0.0
            continue
        starts.append(now)
        replacements.vacate(slot)
        replacements.came_to_nothing(now, now)
        replacements.worked()
        assert not replacements.hopeless
    assert 50 < len(starts) < 80
    assert max(later - earlier for earlier, later in pairwise(starts)) == 60
    replacements.is_ready(started=0.0)  # one that was there before says nothing of it
    assert replacements.lasting
    replacements.is_ready(started=now)
    assert not replacements.lasting


@pytest.mark.parametrize("starting", [True, False])
def test_what_depends_on_workers_is_not_waited_for(starting: bool) -> None:
    replacements = Replacements(range(1))
    replacements.came_to_nothing(0.0, 0.0)
    replacements.came_to_nothing(0.0, 0.0)
    assert replacements.wait(0.25, starting=starting) == (None if starting else 0.75)


def test_work_ends_the_count() -> None:
    replacements = Replacements(range(1))
    for started in range(2 * GIVEN_UP_AFTER):
        replacements.came_to_nothing(float(started), float(started))
        replacements.worked()
    assert not replacements.hopeless
