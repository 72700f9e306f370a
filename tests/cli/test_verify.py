"""``sweeprun verify``: a sample of tasks runs again; equal to the bit, or what differs and why."""

import json
from pathlib import Path

import pytest

from tests.cli.chancy import sweep
from tests.command_line import Run


@pytest.mark.usefixtures("chancy")
def test_a_sample_is_equal_to_the_bit(run: Run, study: Path) -> None:
    sweep(run, "fine")
    before = {path: path.stat().st_mtime_ns for path in (study / "fine").rglob("*")}
    assert run("verify", "fine").stdout == "4/4 equal to the bit\n"
    assert run("verify", "fine", "--sample", "2").stdout == "2/2 equal to the bit\n"
    chosen = [
        [verdict["task_id"] for verdict in json.loads(run("verify", "fine", *words, "--json").stdout)["sample"]]
        for words in (("--sample", "2"), ("--sample", "2"), ("--sample", "2", "--seed", "1"))
    ]
    assert chosen[0] == chosen[1] != chosen[2]
    outcome = study / "fine" / "verification.json"
    after = {path: path.stat().st_mtime_ns for path in (study / "fine").rglob("*") if path != outcome}
    assert after == before
    assert json.loads(outcome.read_text())["equal"] == 2
    assert "verified: 2/2 equal to the bit" in run("show", "fine").stdout


@pytest.mark.usefixtures("chancy")
@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("global_random", "global randomness"),
        ("clock", "chance"),
        ("order", "the order of a set"),
        ("stateful", "state"),
        ("where", "paths"),
    ],
)
def test_what_differs_is_told_with_its_likely_cause(run: Run, name: str, cause: str) -> None:
    sweep(run, name, "hydra.launcher.throttle=1")
    told = run("verify", name, "--sample", "3", code=1)
    assert "/3 equal to the bit" in told.stdout
    assert f": {cause}" in told.stdout


@pytest.mark.usefixtures("chancy")
def test_as_many_threads_are_used_as_then(run: Run) -> None:
    sweep(run, "threads", "hydra.launcher.cpus_per_task=3")
    assert run("verify", "threads").stdout == "4/4 equal to the bit\n"
    assert "equal to the bit" in run("replay", "threads", "2").stdout


@pytest.mark.usefixtures("chancy")
def test_a_wrong_number_is_found_and_measured(run: Run, study: Path) -> None:
    """Results that were made with other code, and now the code is restored."""
    source = (study / "chancy.py").read_text()
    (study / "chancy.py").write_text(source.replace('{"x": rng.random()', '{"x": rng.random() + 0.125'))
    sweep(run, "fine")
    (study / "chancy.py").write_text(source)
    assert "chancy.py has changed" in run("verify", "fine", code=2).stderr
    told = json.loads(run("verify", "fine", "--allow-drift", "--json", code=1).stdout)["sample"]
    for verdict in told:
        (difference,) = verdict["differences"]
        assert (difference["variable"], difference["absolute"]) == ("x", 0.125)
        assert "drift" in verdict["cause"] or verdict["cause"] == "not looked into"
    again = run("replay", "fine", "1", "--allow-drift", code=1).stdout
    assert "differs: x: differs, at most by 0.125" in again


@pytest.mark.usefixtures("chancy")
def test_a_task_is_run_again_once_whatever_the_policy(run: Run) -> None:
    sweep(run, "fail", "hydra.sweeper.retries=2", "hydra.sweeper.timeout=100", code=1)
    assert "it fails as it did" in run("replay", "fail", "1").stdout
    assert run("verify", "fail").stdout == "1/1 equal to the bit\n"


@pytest.mark.usefixtures("chancy")
def test_nothing_to_verify_is_told(run: Run) -> None:
    run("-m", "task=study.misbehave", "kind=raise", "seed=0,1", "hydra.sweep.dir=none", code=1)
    assert "no task of none has a result" in run("verify", "none", code=2).stderr
    assert "verify at least 1 task" in run("verify", "none", "--sample", "0", code=2).stderr
