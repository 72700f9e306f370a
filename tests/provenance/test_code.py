"""The state of the code: what counts as a change, and what is told of it."""

import errno
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeprun.errors import FormatError
from sweeprun.provenance.code import Code, SourceFile, current_code, describe_code, read_code, write_code
from sweeprun.store.directory import RunDirectory
from tests.results.runs import axis, make_run

SOURCE = '''"""A study."""

CONSTANT = 1


def draw(cfg):
    """Draw."""
    return CONSTANT  # a comment


class Model:
    def step(self):
        return 2
'''


@pytest.fixture
def code(tmp_path: Path) -> Code:
    (tmp_path / "study.py").write_text(SOURCE)
    (tmp_path / "run.sh").write_text("echo 1\n")
    functions = {"study.draw": (tmp_path / "study.py", "draw"), "study.step": (tmp_path / "study.py", "Model.step")}
    return describe_code(tmp_path, [tmp_path / "study.py", tmp_path / "run.sh"], functions, ["numpy"])


def change(code: Code, old: str, new: str) -> list[str]:
    path = Path(code.base) / "study.py"
    assert old in SOURCE
    path.write_text(SOURCE.replace(old, new))
    now = code.read_again()
    differences = code.differences(now)
    assert (now.digest == code.digest) == (not differences)
    return differences


@pytest.mark.parametrize(
    ("old", "new"),
    [("# a comment", "# another"), ('"""Draw."""', '"""Say."""'), ("\n\n\n", "\n\n"), ("CONSTANT = 1", "CONSTANT=1")],
)
def test_what_means_the_same_is_the_same(code: Code, old: str, new: str) -> None:
    assert change(code, old, new) == []


def test_a_change_says_whether_the_task_function_is_touched(code: Code) -> None:
    touched = "study.py has changed, and in it the task function study.draw"
    assert change(code, "return CONSTANT", "return 2 * CONSTANT") == [touched]
    untouched = "study.py has changed, but not the task function study.draw, study.step itself"
    assert change(code, "CONSTANT = 1", "CONSTANT = 2") == [untouched]
    assert change(code, "return 2", "return 3") == ["study.py has changed, and in it the task function study.step"]


def test_files_that_are_no_python_count_by_their_bytes(code: Code) -> None:
    (Path(code.base) / "run.sh").write_text("echo 1 \n")
    assert code.differences(code.read_again()) == ["run.sh has changed"]


def test_files_that_are_gone_or_new_are_told(code: Code) -> None:
    (Path(code.base) / "run.sh").unlink()
    gone = code.read_again()
    assert code.differences(gone) == ["run.sh is gone"]
    assert gone.differences(code) == ["run.sh is there again"]
    more = replace(code, files={**code.files, "new.py": SourceFile(content="1", meaning="2")})
    assert code.differences(more) == ["new.py is new"]


def test_a_file_that_is_no_python_any_more_has_changed(code: Code) -> None:
    assert len(change(code, "CONSTANT = 1", "CONSTANT = = 1")) == 1


def test_packages_and_python_count(code: Code) -> None:
    assert code.packages == {"numpy": np.__version__}
    other = replace(code, packages={"numpy": "1.0"})
    assert code.differences(other) == [f"numpy {np.__version__} -> 1.0"]
    assert other.differences(replace(code, packages={"numpy": None})) == ["numpy 1.0 -> not installed"]
    assert code.differences(replace(code, python="3.99.1")) == [f"Python {code.python} -> 3.99.1"]
    patched = ".".join([*code.python.split(".")[:2], "99"])
    assert code.differences(replace(code, python=patched)) == []


def test_it_can_be_read_again_elsewhere(code: Code, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "study.py").write_text(SOURCE)
    (elsewhere / "run.sh").write_text("echo 1\n")
    assert code.differences(code.read_again(elsewhere)) == []


def test_it_is_kept_by_its_digest(code: Code, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", axis("a", [1]))
    digest = write_code(run, code)
    assert write_code(run, code) == digest
    assert read_code(run, digest) == code
    assert json.loads(run.code(digest).read_text())["digest"] == digest


@pytest.mark.parametrize("digest", ["", "../../../etc/pass", "0123456789ab", "0123456789AB"])
def test_what_is_not_there_is_not_read(digest: str, tmp_path: Path) -> None:
    assert read_code(RunDirectory(tmp_path), digest) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "sweeprun-code", "version": 9}'])
def test_what_is_damaged_is_not_known(content: str, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", axis("a", [1]))
    run.codes.mkdir()
    run.code("0123456789ab").write_text(content)
    assert read_code(run, "0123456789ab") is None


def test_code_that_the_system_cannot_read_is_not_taken_for_unknown(
    code: Code, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "run", axis("a", [1]))
    digest = write_code(run, code)
    open_ = os.open

    def fail(path: Any, *arguments: Any, **options: Any) -> int:
        if str(path).endswith(f"{digest}.json"):
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return open_(path, *arguments, **options)

    monkeypatch.setattr(os, "open", fail)
    assert read_code(run, digest) is None
    with pytest.raises(FormatError, match="Stale file handle"):
        current_code(run, digest)
    assert current_code(run, "0123456789ab") == ""
