"""The real torch, imported inside a task: seeded, and watched. Continuous integration always has it.

Elsewhere it is looked for in the environment of the tests, or in the folder that SWEEPRUN_TEST_TORCH names.
"""

import importlib.util
import os
from pathlib import Path

import pytest

import sweeprun
from tests.command_line import Run

_FOLDER = os.environ.get("SWEEPRUN_TEST_TORCH", "")
_IS_THERE = bool(_FOLDER) or importlib.util.find_spec("torch") is not None

pytestmark = pytest.mark.skipif(
    not _IS_THERE and os.environ.get("CI") != "true", reason="there is no torch here, nor SWEEPRUN_TEST_TORCH"
)

NETS = """
def train(cfg, rng):
    import torch

    if cfg.own:
        torch.manual_seed(cfg.seed)
    x = torch.rand(64, 8)
    layer = torch.nn.Linear(8, 1)
    for _ in range(5):
        loss = (layer(x) - x.sum(1, keepdim=True)).square().mean()
        loss.backward()
        with torch.no_grad():
            for weights in layer.parameters():
                weights -= 0.05 * weights.grad
                weights.grad = None
    return {"loss": float(loss)}
"""


@pytest.fixture(autouse=True)
def _study(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _IS_THERE, "there is no torch, and in continuous integration there must be: see .ci/run"
    (study / "nets.py").write_text(NETS)
    if _FOLDER:
        monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)  # compiled once, it is imported in half the time
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), _FOLDER])))


def losses(folder: Path) -> list[float]:
    values: list[float] = sweeprun.open_run(folder)["loss"].values.tolist()
    return values


def test_members_that_import_it_are_equal_to_the_bit_when_they_run_again(run: Run, study: Path) -> None:
    for workers in (2, 1):
        words = (
            "hydra.sweeper.seed_globals=true",
            "hydra.launcher.cpus_per_task=1",
            f"hydra.launcher.throttle={workers}",
        )
        done = run("-m", "task=nets.train", "+own=false", "seed=range(4)", *words, f"hydra.sweep.dir=on-{workers}")
        assert "reproducible" not in done.stdout + done.stderr
    assert losses(study / "on-2") == losses(study / "on-1")
    assert len(set(losses(study / "on-1"))) == 4


@pytest.mark.parametrize(("own", "told"), [("false", 1), ("true", 0)])
def test_draws_from_it_are_told_unless_the_program_seeds_it(run: Run, own: str, told: int) -> None:
    done = run("-m", "task=nets.train", f"+own={own}", "hydra.launcher.throttle=1")
    assert (done.stdout + done.stderr).count("nets.train draws from torch (seen in task ") == told
    assert "from random" not in done.stdout + done.stderr
