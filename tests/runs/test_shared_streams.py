"""Streams that all members share."""

import pytest

from tests.runs.sweeping import prepare_words


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("lr=0.1,0.2", "hydra.sweeper.members=5", "hydra.sweeper.streams=[lr]"),
            "streams=[lr]', the 5 values of m",
        ),
        (("hydra.sweeper.members=5", "hydra.sweeper.streams=[]"), "streams=[]', the 5 values of member"),
        (("lr=0.1,0.2", "seed=range(4)", "hydra.sweeper.streams=[lr]"), "the 4 values of seed share a stream"),
        (("lr=0.1,0.2", "hydra.sweeper.members=5", "hydra.sweeper.streams=[member]"), ""),
        (("lr=0.1,0.2", "hydra.sweeper.members=5"), ""),
        (("lr=0.1,0.2", "hydra.sweeper.members=1", "hydra.sweeper.streams=[lr]"), ""),
        (("lr=0.1,0.2", "hydra.sweeper.streams=[]"), ""),
    ],
)
def test_it_is_said_when_members_draw_the_same_numbers(words: tuple[str, ...], said: str) -> None:
    notes = " ".join(prepare_words(*words).notes)
    assert said in notes
    assert bool(notes) == bool(said)
