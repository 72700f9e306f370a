"""Frozen configs: what a worker needs, and nothing more."""

import subprocess
import sys
from pathlib import Path

import pytest
from hydra._internal import config_loader_impl
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from sweeprun.config.frozen import apply_override, config_steps, override_dirname
from sweeprun.design.overrides import Operation, Override
from sweeprun.errors import OverrideError


@pytest.mark.parametrize(
    ("texts", "excluded"),
    [
        (["b=1", "a=2", "db=pg"], []),
        (["+b=1", "~a", "++c.d=[1,2]", "db@pkg=pg", "a='x=y'"], ["a", "c.d"]),
        (["db@pkg=pg", "seed=1"], ["db", "seed"]),
        ([], []),
    ],
)
def test_override_dirname_is_hydras(texts: list[str], excluded: list[str]) -> None:
    options = OmegaConf.create({"kv_sep": ":", "item_sep": "__", "exclude_keys": excluded})
    parsed = OverridesParser.create().parse_overrides(texts)
    if not hasattr(config_loader_impl, "get_overrides_dirname"):
        pytest.skip("this Hydra has no such function")
    expected = config_loader_impl.get_overrides_dirname(parsed, exclude_keys=excluded, item_sep="__", kv_sep=":")
    assert override_dirname(texts, options) == expected


def test_a_worker_applies_everything_from_the_first_swept_key_on() -> None:
    def override(key: str, axis: str | None = None, *, selects: bool = False) -> Override:
        return Override(operation=Operation.CHANGE, key=key, axis=axis, selects=selects)

    overrides = (override("a"), override("g", "g", selects=True), override("b", "b"), override("c"), override("d", "d"))
    assert [step.key for step in config_steps(overrides)] == ["b", "c", "d"]
    assert config_steps(overrides[:2]) == ()


@pytest.mark.parametrize(
    ("operation", "key", "value", "match"),
    [
        (Operation.ADD, "a", 2, "there already"),
        (Operation.DELETE, "z", None, "does not exist"),
        (Operation.DELETE, "a", 2, "its value is 1 and not 2"),
    ],
)
def test_what_hydra_refuses_is_refused(operation: Operation, key: str, value: object, match: str) -> None:
    with pytest.raises(OverrideError, match=match):
        apply_override(OmegaConf.create({"a": 1}), operation, key, value)


def test_the_workers_modules_import_neither_hydra_nor_pandas() -> None:
    script = (
        "import sys\nimport sweeprun.worker.serve\n"
        "sys.exit(any(m in sys.modules for m in ('hydra', 'pandas', 'xarray', 'rich')))\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])
