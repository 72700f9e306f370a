"""A function that was given as an object, with all that a run keeps of it."""

import os.path
import pickle
import threading
from pathlib import Path
from typing import Any

import pytest

from sweeprun.errors import TaskFunctionError
from sweeprun.store.job_spec import PICKLED, FunctionReference
from sweeprun.worker.pack_function import pack_function
from sweeprun.worker.pickled_functions import load_given_function
from tests.notebook.studies import noisy

ROOT = Path(__file__).parents[2]


def test_of_a_function_that_no_import_leads_to_the_source_is_kept_for_people(tmp_path: Path) -> None:
    offset = 41

    def add(x: int) -> int:
        return x + offset  # größer

    packed = pack_function(add, tmp_path, {})
    packed.keep(tmp_path / "f.pickle", tmp_path / "f ü.py")
    assert (tmp_path / "f ü.py").read_text(encoding="utf-8") == packed.source
    assert packed.source == "offset = 41\n\n\ndef add(x: int) -> int:\n    return x + offset  # größer\n"
    assert next(iter(packed.code.functions.values()))[0] == ""
    nothing: Any = None
    function = load_given_function(FunctionReference(kind=PICKLED, path="f.pickle", keywords=True), tmp_path)
    assert function({"x": 1}, nothing, nothing) == 42


def test_a_function_of_a_module_needs_no_source(tmp_path: Path) -> None:
    packed = pack_function(noisy, ROOT, {})
    packed.keep(tmp_path / "f.pickle", tmp_path / "f.py")
    assert packed.source == ""
    assert not (tmp_path / "f.py").exists()
    assert "tests/notebook/studies.py" in packed.code.files
    assert pickle.loads(pickle.loads(packed.pickled)["function"]) is noisy


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    packed = pack_function(os.path.join, tmp_path)
    packed.keep(tmp_path / "f.pickle", tmp_path / "f.py")
    before = (tmp_path / "f.pickle").read_bytes()
    with pytest.raises(FileExistsError):
        pack_function(os.path.split, tmp_path).keep(tmp_path / "f.pickle", tmp_path / "f.py")
    assert (tmp_path / "f.pickle").read_bytes() == before


def test_what_can_not_be_sent_to_workers_is_named(tmp_path: Path) -> None:
    lock = threading.Lock()

    def locked() -> bool:
        return lock.locked()

    with pytest.raises(TaskFunctionError, match=r"locked can't be sent to workers.*lock"):
        pack_function(locked, tmp_path)
    with pytest.raises(TaskFunctionError, match=r"constants\['schloß'\] can't be sent to workers.*lock"):
        pack_function(os.path.join, tmp_path, {"n": 1, "schloß": lock})
