import pytest

from sweeprun.notebook.options import IN_PYTHON, as_in_python


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("set hydra.sweeper.seed_globals=true", "set seed_globals=True"),
        (
            "2 tasks were not run; go on with: sweeprun resume 'my runs/one'",
            "2 tasks were not run; go on with: run.resume()",
        ),
        (
            "wait (sweeprun wait runs/one), or stop (sweeprun cancel runs/one)",
            "wait (run.wait()), or stop (run.cancel())",
        ),
        (
            "run them again with: sweeprun resume 'my runs/one' --incomplete",
            "run them again with: run.resume(incomplete=True)",
        ),
        (
            "a new sweep with hydra.launcher.cpus_per_task=1",
            "a new sweep with launcher={'name': 'local', 'cpus_per_task': 1}",
        ),
        ("add --allow-drift (every record says)", "add allow_drift=True (every record says)"),
    ],
)
def test_advice_is_what_one_types_in_python(said: str, told: str) -> None:
    assert as_in_python(said) == told


def test_verbs_say_in_words_of_python_how_they_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    IN_PYTHON.warn("set hydra.sweeper.root_seed")
    IN_PYTHON.note("see sweeprun wait runs/one")
    assert capsys.readouterr().err == "sweeprun: set root_seed\nsee run.wait()\n"
