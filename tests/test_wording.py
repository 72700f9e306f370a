"""Every door spells options and commands in its own words."""

import subprocess
import sys
from dataclasses import fields
from threading import Thread

import pytest

from sweeprun.wording import PYTHON, TERMINAL, Command, Option, flag, hydra, launcher, speaking, sweeper

RESUME = Command("resume", "'my runs/one'", options=(flag("incomplete").to(True), launcher("throttle").to(4)))


@pytest.mark.parametrize(
    ("said", "in_terminal", "in_python"),
    [
        (sweeper("members"), "hydra.sweeper.members", "members"),
        (sweeper("members").to("N"), "hydra.sweeper.members=N", "members=N"),
        (sweeper("streams").to(["lr", "n"]), "'hydra.sweeper.streams=[lr,n]'", "streams=['lr', 'n']"),
        (sweeper("seed_globals").to(True), "hydra.sweeper.seed_globals=true", "seed_globals=True"),
        (launcher("throttle").to(2), "hydra.launcher.throttle=2", "throttle=2"),
        (launcher("cpus_per_task"), "hydra.launcher.cpus_per_task", "launcher['cpus_per_task']"),
        (launcher("cpus_per_task").to(1), "hydra.launcher.cpus_per_task=1", "launcher={…, 'cpus_per_task': 1}"),
        (hydra("/launcher").to("local"), "hydra/launcher=local", "launcher='local'"),
        (hydra("sweep.dir").to(...), "hydra.sweep.dir=…", "directory=…"),
        (flag("allow_drift").to(True), "--allow-drift", "allow_drift=True"),
        (flag("variables").to("a b"), "--variables 'a b'", "variables='a b'"),
        (RESUME, "sweeprun resume 'my runs/one' --incomplete hydra.launcher.throttle=4", None),
        (RESUME, None, "run.resume(incomplete=True, throttle=4)"),
        (launcher("sbatch")["time"], "hydra.launcher.sbatch.time", "launcher['sbatch']['time']"),
        (Command("collect", "one", options=(flag("variables").to(["a", "b"]),)), None, "run[['a', 'b']]"),
        (
            Command("collect", "one", options=(flag("variables").to(["a", "b"]),)),
            "sweeprun collect one --variables a,b",
            None,
        ),
        (
            Command("collect", "one", options=(flag("output").to("x.nc"),)),
            "sweeprun collect one -o x.nc",
            "run.collect('x.nc')",
        ),
        (Command("wait", "runs/one"), "sweeprun wait runs/one", "run.wait()"),
        (Command("replay", "runs/one", (17,)), "sweeprun replay runs/one 17", "run.replay(17)"),
        (Command("status", "runs/one"), "sweeprun status runs/one", "run.status()"),
        (Command("show", "runs/one", (17,)), "sweeprun show runs/one 17", "run.task(17)"),
        (Command("show", "runs/one"), "sweeprun show runs/one", "run"),
        (
            Command("report", "runs/one", options=(flag("output").to(...),)),
            "sweeprun report runs/one -o …",
            "run.report(…)",
        ),
        (Command("list"), "sweeprun list", "sweeprun.list_runs()"),
    ],
)
def test_a_door_spells_it_in_its_own_words(said: object, in_terminal: str | None, in_python: str | None) -> None:
    for words, spelled in ((TERMINAL, in_terminal), (PYTHON, in_python)):
        if spelled is not None:
            with speaking(words):
                assert f"{said}" == spelled


def test_python_is_spoken_but_while_another_door_is_open() -> None:
    heard = []

    def say() -> None:
        heard.append(str(sweeper("members")))

    def fail_in_a_terminal() -> None:
        with speaking(TERMINAL):
            thread = Thread(target=say)
            thread.start()
            thread.join()
            raise ZeroDivisionError

    with speaking(PYTHON):  # as in a process that has not said anything else
        say()
        with pytest.raises(ZeroDivisionError):
            fail_in_a_terminal()
        say()
    assert heard == ["members", "hydra.sweeper.members", "members"]


def test_python_is_the_default() -> None:
    program = "from sweeprun.wording import sweeper; print(sweeper('members'))"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "members\n"


def test_an_option_is_what_it_is_and_no_text() -> None:
    assert [each.name for each in fields(Option)] == ["place", "name"]
    assert sweeper("members") == Option("hydra.sweeper.", "members") != launcher("members")


def test_what_is_to_be_seen_of_a_task_and_no_debugger_in_python() -> None:
    debug = Command("replay", "one", (17,)).with_option(flag("pdb").to(True))
    with speaking(PYTHON):
        assert [str(Command(verb, "one", (17,))) for verb in ("show", "logs")] == ["run.task(17)", "run.logs(17)"]
        assert str(debug) == "run.replay(17)"
    with speaking(TERMINAL):
        assert str(debug) == "sweeprun replay one 17 --pdb"
