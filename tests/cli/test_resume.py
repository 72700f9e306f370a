"""``sweeprun resume --incomplete``: results that lack something are made again, and the better ones count."""

from pathlib import Path

from tests.command_line import Run

RETURNS = """
class Model:
    pass


def train(cfg):
    return {"loss": cfg.lr * (cfg.seed + 1), "model": Model() if cfg.seed else 1.5}
"""


def test_incomplete_tasks_run_again_and_complete_ones_do_not(run: Run, study: Path) -> None:
    (study / "lacks.py").write_text(RETURNS)
    done = run("-m", "task=lacks.py:train", "lr=0.1", "seed=0,1,2", "hydra.sweep.dir=here")
    assert "3 succeeded (2 incomplete)" in done.stderr
    assert "2 tasks (1, 2) lack 'model', which can't be stored: it is a value of type Model" in done.stderr
    assert "sweeprun resume here --incomplete" in run("status", "here").stdout
    assert "lack 'model'" in run("collect", "here").stderr
    assert "nothing to start" in run("resume", "here").stderr
    assert "3 succeeded (2 incomplete)" in run("resume", "here", "--incomplete").stderr
    (study / "lacks.py").write_text(RETURNS.replace("Model() if cfg.seed else 1.5", "2.5"))
    done = run("resume", "here", "--incomplete", "--allow-drift")
    assert "2 tasks on" in done.stderr
    assert "3 succeeded in" in done.stderr
    assert "be stored" not in run("status", "here").stdout
    assert "nothing to start" in run("resume", "here", "--incomplete").stderr
