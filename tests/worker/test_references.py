"""What goes with a function by value, and which modules it leads to."""

import functools
import os.path
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from sweeprun.provenance.code import Code
from sweeprun.worker.pickled_functions import name_of
from sweeprun.worker.references import is_importable, reached_from
from sweeprun.worker.sources import code_of_given


def names(found: Any) -> list[str]:
    return [name_of(one).rpartition(".")[2] for one in found]


def test_functions_of_modules_go_by_name() -> None:
    assert is_importable(os.path.join)
    assert is_importable(Path)
    assert not is_importable(lambda: 0)
    reached = reached_from(os.path.join)
    assert reached.by_value == ()
    assert reached.source() == ""
    assert "posixpath" in reached.modules


def test_all_that_a_function_of_a_notebook_refers_to() -> None:
    scale, secret_key, token = 3, "shown", "hush"

    class Model:
        @property
        def size(self) -> int:
            return helper(1)

        @staticmethod
        def area(x: float) -> float:
            return float(np.sqrt(x))

    def helper(x: int) -> int:
        import json

        return x * scale if json else 0

    @functools.cache
    def run(a: int) -> Any:
        return [Model().size for _ in range(a)], secret_key, token, os.fspath("a")

    reached = reached_from(run.__wrapped__)
    assert names(reached.by_value) == ["run", "Model", "size", "area", "helper"]
    assert reached.variables == {"scale": 3, "secret_key": "shown", "token": "hush"}
    assert {"numpy", "json", "os"} <= reached.modules
    source = reached.source()
    assert source.startswith("scale = 3\nsecret_key = ")
    assert "token = …\n" in source
    assert "hush" not in source
    assert "class Model:" in source
    assert source.count("def helper") == 1


def test_callables_of_other_kinds() -> None:
    class Model:
        def run(self, a: int) -> int:
            return a

        def __call__(self, a: int) -> int:
            return a

    def power(a: int, b: int) -> int:
        return a**b

    assert names(reached_from(Model()).by_value)[0] == "Model"
    assert names(reached_from(Model().run).by_value) == ["run", "Model", "__call__"]
    assert names(reached_from(functools.partial(power, b=2)).by_value) == ["power"]
    assert "its source is not known" in reached_from(eval("lambda a: a")).source()


def test_the_code_of_a_given_function_is_its_source_and_local_modules(tmp_path: Path) -> None:
    (tmp_path / "local_part.py").write_text("import local_deeper\nX = 1\n")
    (tmp_path / "local_deeper.py").write_text("Y = 1\n")
    script = tmp_path / "study.py"
    script.write_text(
        "import json, sys\nfrom pathlib import Path\nimport local_part\n"
        "from sweeprun.worker.sources import code_of_given\n"
        "def run(a):\n    return a + local_part.X\n"
        "print(json.dumps(code_of_given(run, Path.cwd()).to_dict()))\n"
    )

    def code() -> Code:
        import json

        done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=True)
        return Code.from_dict(json.loads(done.stdout))

    before = code()
    assert set(before.files) == {"local_part.py", "local_deeper.py"}
    assert list(before.functions) == ["run"]
    assert before.functions["run"][0] == ""
    assert "numpy" in before.packages
    script.write_text(script.read_text().replace("a + local", "2 + a + local"))
    assert code().digest != before.digest
    assert before.differences(code()) == ["the function run has changed"]
    (tmp_path / "local_deeper.py").write_text("Y = 2\n")
    assert before.read_again().differences(before) == ["local_deeper.py has changed"]
    assert before.read_again().functions == before.functions


def test_the_code_of_an_imported_function_is_its_file() -> None:
    from tests.notebook.studies import noisy

    code = code_of_given(noisy, Path(__file__).parents[2])
    assert "tests/notebook/studies.py" in code.files
    assert code.functions["tests.notebook.studies.noisy"][:2] == ("tests/notebook/studies.py", "noisy")
