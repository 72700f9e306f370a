"""What the code of a task function consists of."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeprun.worker.sources import code_of, followed


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    files = {
        "trust_study.py": "import trust_helper\nfrom trust_package import inner\n\n\ndef draw(cfg):\n"
        "    import trust_lazy\n    import yaml\n    return 1\n",
        "trust_helper.py": "import os\nimport numpy\n",
        "trust_lazy.py": "import trust_helper\n",
        "trust_unused.py": "",
        "trust_target.py": "class Model: pass\n",
        "trust_package/__init__.py": "from . import sibling\n",
        "trust_package/inner.py": "from .deep import leaf\n",
        "trust_package/sibling.py": "",
        "trust_package/deep/__init__.py": "",
        "trust_package/deep/leaf.py": "",
        "simulate.sh": "echo 1\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("trust_")]:
        del sys.modules[name]


PACKAGE = {
    f"trust_package/{name}" for name in ("__init__.py", "inner.py", "sibling.py", "deep/__init__.py", "deep/leaf.py")
}


def test_it_is_all_local_files_that_can_be_imported(study: Path) -> None:
    code = code_of(["trust_study.draw"], study)
    assert set(code.files) == {"trust_study.py", "trust_helper.py", "trust_lazy.py"} | PACKAGE
    assert set(code.functions) == {"trust_study.draw"}
    assert {"numpy", "omegaconf", "pyyaml"} <= set(code.packages)
    assert not {"sweeprun", "hydra-core", "pyarrow"} & set(code.packages)


def test_what_this_process_has_imported_besides_is_no_part_of_it(study: Path) -> None:
    """Nor is what only sweeprun needs; what packages require that the code imports is."""
    assert {"pytest", "hypothesis"} <= sys.modules.keys()
    code = code_of(["trust_study.draw"], study)
    assert not {"rich", "pytest", "hypothesis", "xarray", "packaging", "antlr4-python3-runtime"} & set(code.packages)
    (study / "trust_study.py").write_text("import xarray\n\n\ndef draw(cfg): ...\n")
    code = code_of(["trust_study.py:draw"], study)
    assert {"xarray", "numpy", "pandas"} <= set(code.packages)
    assert "netcdf4" not in code.packages


def test_packages_of_targets_count(study: Path) -> None:
    assert "scipy" in code_of([], study, targets={"scipy.stats.norm"}).packages


def test_a_function_may_be_named_by_its_file(study: Path) -> None:
    code = code_of(["trust_study.py:draw"], study)
    assert code.functions["trust_study.draw"][:2] == ("trust_study.py", "draw")
    assert all(digest for *_, digest in code.functions.values())


def test_targets_of_the_configs_belong_to_it(study: Path) -> None:
    code = code_of([], study, targets={"trust_target.Model", "numpy.sum", "nowhere.at_all"})
    assert set(code.files) == {"trust_target.py"}
    assert code.functions == {}


def test_executables_belong_to_it(study: Path) -> None:
    spec = {"_target_": "sweeprun.command", "command": ["bash", "simulate.sh", "/etc/passwd", "${lr}", "nofile"]}
    assert set(code_of([spec], study).files) == {"simulate.sh"}
    spec["command"] = ["bash", "${hydra:runtime.cwd}/simulate.sh"]
    assert set(code_of([spec], study).files) == {"simulate.sh"}
    spec["command"] = "bash simulate.sh"
    assert set(code_of([spec], study).files) == {"simulate.sh"}


def test_what_changed_code_imports_is_followed(study: Path) -> None:
    code = code_of(["trust_study.draw"], study)
    (study / "trust_lazy.py").write_text("import trust_unused\nimport rich\n")
    now = followed(code.read_again(), [])
    assert set(now.files) == {*code.files, "trust_unused.py"}
    assert "rich" in now.packages
    assert "trust_unused" not in sys.modules


def test_packages_within_packages_that_have_no_init(study: Path) -> None:
    (study / "trust_space" / "inner").mkdir(parents=True)
    (study / "trust_space" / "inner" / "leaf.py").write_text("")
    (study / "trust_lazy.py").write_text("def late():\n    from trust_space.inner import leaf\n    return leaf\n")
    assert "trust_space/inner/leaf.py" in code_of(["trust_study.draw"], study).files
