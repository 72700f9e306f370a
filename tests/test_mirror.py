"""The tests mirror the package: whoever changes a module knows where its tests are."""

from pathlib import Path

_ROOT = Path(__file__).parents[1]
_WITHOUT = {
    "_version.py": "a constant",
    "cli/study/study.py": "what `sweeprun init` copies; tests/cli/test_init.py runs it",
    "config/compositions.py": "what goes around Hydra's compose, which every test of config/ and plugin/ uses",
    "config/other_plugins.py": "a table, with the tests of the options of launchers and of sweepers",
    "config/hydra_internals.py": "names of Hydra's, which every test of config/ uses",
    "launchers/arrays/launcher_options.py": "fields, with the tests of the launchers, and of their schemas",
    "launchers/burial.py": "with the pool, whose tests kill workers in all ways",
    "launchers/link.py": "a protocol",
    "launchers/pool_launcher.py": "with the local launcher, which is one, and the one by ssh",
    "launchers/local_options.py": "fields, with the tests of the launcher, and of its schema",
    "launchers/slurm/launcher_options.py": "fields, with the tests of the launcher, and of its schema",
    "runs/defaults.py": "constants",
    "testing/launcher_contract.py": "tests itself: tests/launchers/test_local_contract.py and others run it",
    "testing/study.py": "what these tests run",
}
"""Modules without a test file of their name, with the reason."""


def _modules() -> set[str]:
    package = _ROOT / "sweeprun"
    return {path.relative_to(package).as_posix() for path in package.rglob("*.py") if path.name != "__init__.py"}


def _test_of(module: str) -> Path:
    path = Path(module)
    return _ROOT / "tests" / path.parent / f"test_{path.name.strip('_')}".replace("__.py", ".py")


def test_every_module_has_a_test_file_of_its_name() -> None:
    missing = {module for module in _modules() if not _test_of(module).exists()}
    assert missing - _WITHOUT.keys() == set()


def test_what_is_said_to_have_none_is_a_module_and_has_none() -> None:
    assert set(_WITHOUT) <= _modules()
    assert [module for module in _WITHOUT if _test_of(module).exists()] == []
