"""What verbs say to who asked in Python."""

import pytest

from sweeprun.notebook.observer import IN_PYTHON


def test_notes_and_warnings_name_arguments_of_python(capsys: pytest.CaptureFixture[str]) -> None:
    IN_PYTHON.note("with hydra.launcher.cpus_per_task=2 they have 2")
    IN_PYTHON.warn("the code has changed (--allow-drift)")
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        "with launcher={'name': 'local', 'cpus_per_task': 2} they have 2\n"
        "sweeprun: the code has changed (allow_drift=True)\n"
    )
    with IN_PYTHON.progress(2, "2 tasks") as progress:
        progress.note("as on the terminal")
