"""Clashes with streams, told before a run or an extension starts."""

from types import ModuleType

import pytest

from sweeprun.runs.clashes import clash_of_extended
from sweeprun.runs.extend import plan_given
from sweeprun.store.manifest import read_manifest
from sweeprun.store.notices import StreamClash, note_stream_clash
from tests.runs.observers import Kept
from tests.runs.sweeping import prepare_words, sweep_function


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "clashes"),
    [
        (("task=study.shares_a_stream", "seed=0,5"), True),
        (("task=study.of_config,study.shares_a_stream", "seed=0,5"), True),
        (("task=study.shares_a_stream", "seed=5,6"), False),
        (("task=study.shares_a_stream", "seed=0,5", "hydra.sweeper.root_seed=0"), False),
    ],
)
def test_configs_say_which_functions_and_seeds_are_meant(words: tuple[str, ...], clashes: bool) -> None:
    assert (prepare_words(*words).clash is not None) is clashes


@pytest.mark.parametrize("root_seed", [None, 3])
def test_what_an_extension_brings_is_said_once(functions: ModuleType, root_seed: int | None) -> None:
    run = sweep_function(functions.has_a_stream, {"seed": range(3)}, root_seed=root_seed, launch=Kept())
    manifest = read_manifest(run)
    added = plan_given(run, manifest, {"seed": range(6)}, None)
    found = clash_of_extended(run, manifest, added)
    assert (None if found is None else found.tasks) == ("4" if root_seed is None else None)
    note_stream_clash(run, StreamClash(function="f", place="f.py", call="default_rng(0)", tasks="0", instead="that"))
    assert clash_of_extended(run, manifest, added) is None
