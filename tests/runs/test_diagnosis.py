"""Which cause experiments point to, with trials of tasks that behave in a known way."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count, cycle
from pathlib import Path
from typing import Any

import pytest

from sweeprun.cpus import THREAD_VARIABLES
from sweeprun.provenance.code import Code
from sweeprun.provenance.origin import cpu_model
from sweeprun.runs.diagnosis import likely_cause
from sweeprun.runs.rerun import Trials
from sweeprun.runs.scratch import SCRATCH
from sweeprun.store.manifest import Manifest, read_manifest
from sweeprun.store.notices import CopiedGenerators, GlobalRandomness, Randomness, UnseededGenerators
from sweeprun.store.records import Record
from tests.results.runs import make_run, success
from tests.runs.sweeping import prepare_words

NOTED: dict[str, Any] = {"function": "study.draw", "tasks": "0"}


@dataclass(frozen=True, kw_only=True)
class Scripted(Trials):
    """Trials of a task that gives one result after the other, but in some surroundings always the same.

    Attributes
    ----------
    settled
        The surroundings: "globals" with seeds for global generators, "hashes" with a seed for hashes, "threads" with
        one thread.
    seen
        What it was seen to draw from.
    results
        What it gives in others; None if its process ends before it does.
    experiments
        The surroundings of all trials so far.
    """

    settled: str = ""
    seen: Randomness = field(default_factory=Randomness)
    results: Iterator[Any] = field(default_factory=lambda: cycle([1, 1, 1, 2]))
    experiments: list[dict[str, str]] = field(default_factory=list)

    def run(
        self,
        records: Mapping[int, Record | None],
        *,
        variables: Mapping[str, str] | None = None,
        manifest: Manifest | None = None,
    ) -> Iterator[tuple[int, Record | None]]:
        given = dict(variables or {})
        self.experiments.append(given)
        surroundings = {
            "globals": manifest is not None and manifest.policy.seed_globals,
            "hashes": "PYTHONHASHSEED" in given,
            "threads": given.get(THREAD_VARIABLES[0]) == "1",
        }
        for task_id in records:
            result = 1 if surroundings.get(self.settled) else next(self.results)
            yield task_id, None if result is None else success(task_id, result)

    def randomness_of(self, record: Record) -> Randomness:
        self.experiments.append({"task": str(record.task_id)})
        return self.seen


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return read_manifest(make_run(tmp_path / "run"))


def recorded(result: Any, **origin: Any) -> Record:
    made = {"code": "", "host": "node1", "cpu": "", "threads": 1} | origin
    return replace(success(0, result), origin=json.dumps(made))


@pytest.mark.parametrize(
    ("settled", "cause"),
    [
        ("globals", "global randomness"),
        ("hashes", "the order of a set"),
        ("threads", "races between threads"),
        ("", "chance"),
    ],
)
def test_what_is_often_the_same_is_not_taken_for_constant(manifest: Manifest, settled: str, cause: str) -> None:
    trials = Scripted(manifest=manifest, frozen=(), code=None, settled=settled)
    assert likely_cause(trials, success(0, 3), success(0, 1)).startswith(cause)


@pytest.mark.parametrize(
    ("drawn", "cause"),
    [
        ("torch", "it draws from torch; seed torch from rng, or set hydra.sweeper.seed_globals=true"),
        ("random", "it draws from random; draw from rng instead, or set hydra.sweeper.seed_globals=true"),
        ("", "it is the same each time with seeds for global generators, some library's; seed that from rng, or set "),
    ],
)
def test_the_global_generators_that_it_draws_from_are_named(manifest: Manifest, drawn: str, cause: str) -> None:
    seen = Randomness(globals=GlobalRandomness(**NOTED, generators=drawn) if drawn else None)
    trials = Scripted(manifest=manifest, frozen=(), code=None, settled="globals", seen=seen)
    assert f"global randomness: {cause}" in likely_cause(trials, success(0, 3), success(0, 1))


@pytest.mark.parametrize(
    ("application", "advice"), [(False, "draw from rng instead, or give it a seed"), (True, "give it a seed from the")]
)
def test_a_generator_without_a_seed_is_named_with_its_line(manifest: Manifest, application: bool, advice: str) -> None:
    made = UnseededGenerators(**NOTED, generators="default_rng() (study.py, line 5)", application=application)
    drawn = GlobalRandomness(**NOTED, generators="random")
    for seen, also in ((Randomness(unseeded=made), ""), (Randomness(unseeded=made, globals=drawn), "from random, too")):
        trials = Scripted(manifest=manifest, frozen=(), code=None, seen=seen)
        cause = likely_cause(trials, success(0, 3), success(0, 1))
        assert cause.startswith(f"no seed: it makes default_rng() (study.py, line 5) without one; {advice}")
        assert cause.endswith(also)


def test_what_an_application_is_advised_to_do_about_global_generators_needs_no_rng(manifest: Manifest) -> None:
    seen = Randomness(globals=GlobalRandomness(**NOTED, generators="random", application=True))
    trials = Scripted(manifest=manifest, frozen=(), code=None, settled="globals", seen=seen)
    cause = likely_cause(trials, success(0, 3), success(0, 1))
    assert "seed it inside the function from a config value" in cause
    assert "rng" not in cause


def test_a_copied_generator_is_named_as_what_depends_on_earlier_tasks(manifest: Manifest) -> None:
    seen = Randomness(copied=CopiedGenerators(**NOTED, generators="study.source"))
    trials = Scripted(manifest=manifest, frozen=(), code=None, seen=seen, results=cycle([2]))
    elsewhere = recorded(3, cpu="A Much Older CPU")
    assert likely_cause(trials, elsewhere, success(0, 2)).startswith("state: it draws from study.source, and which")


@pytest.mark.parametrize(
    ("seeded", "start"), [("np.random.seed(4)", "state: it draws from numpy.random, and"), ("", "state: it gives")]
)
def test_so_is_a_global_one_that_a_module_seeds(manifest: Manifest, seeded: str, start: str) -> None:
    seen = Randomness(globals=GlobalRandomness(**NOTED, generators="numpy.random", seeded=seeded))
    trials = Scripted(manifest=manifest, frozen=(), code=None, seen=seen, results=cycle([2]))
    cause = likely_cause(trials, recorded(3), success(0, 2))
    assert cause.startswith(start)
    assert ("draw from rng instead" in cause) == bool(seeded)


@pytest.mark.parametrize(
    ("words", "cause"),
    [("['./sim', '2']", "the command has no {seed}"), ("['./sim', '{seed}']", "does it depend on the time")],
)
def test_of_a_command_without_a_seed_it_is_said_how_it_gets_one(here: Path, words: str, cause: str) -> None:
    config = f"task: {{_target_: sweeprun.command, command: {words}}}\nlr: 1\n"
    (here / "conf" / "config.yaml").write_text(config)
    prepared = prepare_words("lr=1,2")
    frozen = [(one.task, one.full) for one in prepared.compositions]
    trials = Scripted(manifest=prepared.manifest, frozen=frozen, code=None)
    found = likely_cause(trials, recorded(3), success(0, 1))
    assert found.startswith("chance: ")
    assert cause in found


def test_other_code_needs_no_experiment(manifest: Manifest) -> None:
    code = Code(base="/study", packages={"numpy": "2"})
    trials = Scripted(manifest=manifest, frozen=(), code=code)
    assert likely_cause(trials, recorded(3, code="0123456789ab"), success(0, 1)).startswith("drift: ")
    assert trials.experiments == []
    assert likely_cause(trials, recorded(3, code=code.digest), success(0, 1)).startswith("chance: ")


def test_a_result_that_names_its_directory_needs_no_experiment(manifest: Manifest) -> None:
    trials = Scripted(manifest=manifest, frozen=(), code=None)
    now = success(0, {"where": f"/tmp/{SCRATCH}x1y2/run/0"})
    assert likely_cause(trials, recorded({"where": "multirun/0"}), now).startswith("paths: ")
    assert trials.experiments == []


@pytest.mark.parametrize(("threads", "told"), [(8, "it was made with 8 threads"), (0, "an unknown number of threads")])
def test_what_depends_on_the_number_of_threads(manifest: Manifest, threads: int, told: str) -> None:
    trials = Scripted(manifest=manifest, frozen=(), code=None, settled="threads", results=cycle([2]))
    cause = likely_cause(trials, recorded(3, threads=threads), success(0, 2))
    assert cause.startswith("thread count: ")
    assert told in cause


def test_of_what_one_thread_made_more_are_tried(manifest: Manifest) -> None:
    trials = Scripted(manifest=manifest, frozen=(), code=None, results=cycle([1]))
    likely_cause(trials, recorded(3, threads=1), success(0, 1))
    (tried,) = (one for one in trials.experiments if set(one) == set(THREAD_VARIABLES))
    assert all(int(number) > 1 for number in tried.values())


def test_another_processor_is_the_cause_if_nothing_else_is(manifest: Manifest) -> None:
    trials = Scripted(manifest=manifest, frozen=(), code=None, results=cycle([1]))
    cause = likely_cause(trials, recorded(3, cpu="A Much Older CPU"), success(0, 1))
    assert cause.startswith("another processor: it was made on A Much Older CPU, and this is ")
    cause = likely_cause(trials, recorded(3, cpu=cpu_model()), success(0, 1))
    assert cause.startswith("state: ")


def test_a_process_that_ends_early_is_another_result(manifest: Manifest) -> None:
    trials = Scripted(manifest=manifest, frozen=(), code=None, results=cycle([1, None]))
    assert likely_cause(trials, recorded(3), success(0, 1)).startswith("chance: ")
    counted = Scripted(manifest=manifest, frozen=(), code=None, results=count())
    assert likely_cause(counted, recorded(3), success(0, 1)).startswith("chance: ")
    assert len(counted.experiments) < 10  # it is found out soon that it never is the same
