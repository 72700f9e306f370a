"""Tasks that are commands."""

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from sweeprun.errors import UsageError
from sweeprun.runs.commands import command_of, is_told_its_seed
from tests.runs.sweeping import prepare_words

COMMAND = """
task: {_target_: sweeprun.command, command: COMMAND}
lr: 0.1
seed: 0
member: 0
inner: {rate: 2, more: "${lr}"}
"""

pytestmark = pytest.mark.usefixtures("here")


def notes(here: Path, command: str, *words: str) -> str:
    """What is said at the start of a sweep of a command."""
    (here / "conf" / "config.yaml").write_text(COMMAND.replace("COMMAND", command))
    return " ".join(prepare_words(*words).notes)


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        ("[./sim, '{seeds}']", "{seed}"),
        ("'./sim --seed {SEED}'", "{seed}"),
        ("[./sim, '{seed:x}']", "{seed:31}"),
        ("[./sim, '{inner.rate}']", "${inner.rate}"),
        ("[./sim, '{inner.more}', '{seed}']", "${inner.more}"),
        ("['./sim', '{member}']", "${member}"),
    ],
)
def test_a_mistyped_word_is_refused_before_anything_is_made(here: Path, command: str, meant: str) -> None:
    with pytest.raises(UsageError) as refused:
        notes(here, command, "lr=1,2")
    assert f"did you mean {meant}" in str(refused.value)


@pytest.mark.parametrize(
    ("command", "words", "told"),
    [
        ("[./sim, '${lr}']", ("lr=1,2", "hydra.sweeper.members=3"), True),
        ("bash -c 'echo $RANDOM'", ("hydra.sweeper.members=3",), True),
        ("[./sim, '${lr}']", ("lr=1,2", "seed=range(3)"), True),
        ("[./sim, '{seed:31}']", ("hydra.sweeper.members=3",), False),
        ("[./sim, '{config}']", ("hydra.sweeper.members=3",), False),
        ("[./sim, '${member}']", ("hydra.sweeper.members=3",), False),
        ("[./sim, '${seed}']", ("seed=range(3)",), False),
        ("[./sim, '${lr}']", ("lr=1,2",), False),
        ("[./sim, '${lr}']", ("lr=1,2", "hydra.sweeper.members=1"), False),
        (r"bash -c 'echo $SWEEPRUN_SEED'", ("hydra.sweeper.members=3",), False),
        ("['${hydra:runtime.cwd}/reads', '${lr}']", ("hydra.sweeper.members=3",), False),
        ("[sh, '${hydra:runtime.cwd}/doesnt']", ("hydra.sweeper.members=3",), True),
        ("[./reads, '${lr}']", ("hydra.sweeper.members=3",), False),
        ("[./doesnt, '${lr}']", ("hydra.sweeper.members=3",), True),
    ],
)
def test_it_is_said_that_a_command_is_the_same_for_all_members(
    here: Path, command: str, words: tuple[str, ...], told: bool
) -> None:
    (here / "reads").write_bytes(b"\x7fELF\0getenv SWEEPRUN_SEED\0")
    (here / "doesnt").write_text("#!/bin/sh\necho $RANDOM\n")
    said = notes(here, command, *words)
    assert ("pass {seed} to the program" in said) == told
    assert bool(said) == told


def test_other_tasks_are_no_commands() -> None:
    assert command_of(OmegaConf.create({"task": "study.draw"})) is None
    assert command_of(OmegaConf.create({"task": {"_target_": "study.f", "command": "ls"}})) is None
    command = {"_target_": "sweeprun.command", "command": "a ${x}"}
    assert command_of(OmegaConf.create({"x": 3, "task": command})) == ["a", "3"]
    assert not is_told_its_seed(["a", "b"])
