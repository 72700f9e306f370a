"""Task functions: how they are found, and what they are given."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from sweeprun.errors import TaskFunctionError
from sweeprun.worker.functions import load_task_function
from sweeprun.worker.task_handle import RunningTask


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Write a module that can be imported by the name that this returns."""

    def write(content: str) -> str:
        name = f"module_{abs(hash((content, str(tmp_path)))):x}"
        (tmp_path / f"{name}.py").write_text(content)
        return name

    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    return write


def call(spec: Any, base: Path, config: dict[str, Any] | None = None) -> Any:
    cfg = OmegaConf.create({"task": spec, **(config or {})})
    task = RunningTask(id=3, attempt=1, stream=3, coordinates={}, _make_directory=lambda: base / "3")
    made: list[str] = []

    def make_rng() -> Any:
        made.append("rng")
        return "the rng"

    function = load_task_function(spec, base)
    return function(cfg, make_rng, task), made


@pytest.mark.parametrize(
    ("signature", "result", "made"),
    [
        ("cfg", "cfg.a", []),
        ("rng", "rng", ["rng"]),
        ("task, cfg", "(task.id, cfg.a)", []),
        ("*, task", "task.id", []),
        ("", "1", []),
        ("cfg, extra=5", "cfg.a + extra", []),
        ("cfg, **kwargs", "(sorted(kwargs), kwargs['task'].id)", ["rng"]),
        ("**kwargs", "(kwargs['cfg'].a, kwargs['rng'])", ["rng"]),
    ],
)
def test_it_is_given_what_its_signature_names(
    module: Callable[[str], str], tmp_path: Path, signature: str, result: str, made: list[str]
) -> None:
    name = module(f"def f({signature}): return {result}\n")
    found, rng_made = call(f"{name}.f", tmp_path, {"a": 7})
    assert rng_made == made
    expected = {
        "cfg.a": 7,
        "rng": "the rng",
        "(task.id, cfg.a)": (3, 7),
        "task.id": 3,
        "1": 1,
        "cfg.a + extra": 12,
        "(sorted(kwargs), kwargs['task'].id)": (["rng", "task"], 3),
        "(kwargs['cfg'].a, kwargs['rng'])": (7, "the rng"),
    }
    assert found == expected[result]


def test_a_target_is_given_what_the_mapping_says_and_no_more(module: Callable[[str], str], tmp_path: Path) -> None:
    name = module("def f(*args, **kwargs): return args, kwargs\ndef g(cfg, **kwargs): return cfg.x, kwargs\n")
    assert call({"_target_": f"{name}.f", "_args_": [1, 2], "a": 3}, tmp_path)[0] == ((1, 2), {"a": 3})
    assert call({"_target_": f"{name}.f", "a": 3}, tmp_path) == (((), {"a": 3}), [])
    assert call({"_target_": f"{name}.g"}, tmp_path, {"x": 5}) == ((5, {}), [])


def test_a_method_of_a_class_and_a_partial(module: Callable[[str], str], tmp_path: Path) -> None:
    name = module(
        "import functools\nclass A:\n    @staticmethod\n    def f(cfg): return cfg.a\n"
        "def g(cfg, power): return cfg.a ** power\nsquare = functools.partial(g, power=2)\n"
    )
    assert call(f"{name}.A.f", tmp_path, {"a": 7})[0] == 7
    assert call(f"{name}.square", tmp_path, {"a": 7})[0] == 49


def test_a_decorator_of_somebody_else_is_not_taken_off(module: Callable[[str], str], tmp_path: Path) -> None:
    name = module(
        "import functools\ndef twice(f):\n    @functools.wraps(f)\n    def g(cfg): return 2 * f(cfg)\n    return g\n"
        "@twice\ndef f(cfg): return cfg.a\n"
    )
    assert call(f"{name}.f", tmp_path, {"a": 7})[0] == 14


def test_plain_arguments_by_target(module: Callable[[str], str], tmp_path: Path) -> None:
    name = module("def f(a, b, *, rng, scale=1): return (a, list(b), rng, scale)\n")
    spec = {"_target_": f"{name}.f", "a": "${x}", "b": [1, "${x}"]}
    assert call(spec, tmp_path, {"x": 5}) == ((5, [5 - 4, 5], "the rng", 1), ["rng"])


def test_the_config_given_to_a_target_is_the_config_itself(module: Callable[[str], str], tmp_path: Path) -> None:
    name = module("def f(cfg, a): return cfg.other._target_ + str(a)\n")
    assert (
        call({"_target_": f"{name}.f", "a": 1}, tmp_path, {"other": {"_target_": "nothing.here"}})[0] == "nothing.here1"
    )


@pytest.mark.parametrize(
    ("content", "spec", "match"),
    [
        ("x = 1\n", "{name}.x", "is int, which can't be called"),
        ("def func(cfg): pass\n", "{name}.fnc", "did you mean 'func'?"),
        ("def f(a): pass\n", "{name}.f", "has the parameters a, which nothing fills"),
        ("def f(a): pass\n", {"_target_": "{name}.f"}, "needs the arguments a"),
        ("def f(*args): pass\n", "{name}.f", r"takes \*args, which nothing fills: .* given cfg, rng and task by name"),
        ("def f(cfg, *more, **kwargs): pass\n", "{name}.f", r"takes \*more, which nothing fills"),
        ("def f(*a, **kw): pass\n", {"_target_": "{name}.f"}, r"takes \*a and \*\*kw, which nothing fills"),
        ("async def f(cfg): pass\n", "{name}.f", "f' is an async function: a call runs nothing of it"),
        ("async def f(a): pass\n", {"_target_": "{name}.f", "a": "1"}, "f' is an async function"),
        ("def f(cfg): yield 1\n", "{name}.f", "f' is a generator function"),
        ("import hydra\n@hydra.main(version_base=None)\ndef f(cfg): yield 1\n", "{name}.f", "a generator function"),
        ("import nothing_like_it\n", "{name}.f", "failed: No module named 'nothing_like_it'"),
        ("def f(:\n", "{name}.f", "SyntaxError"),
        ("raise RuntimeError('no')\n", "{name}.f", r"RuntimeError: no \(.*, line 1\)"),
        ("", {"no": "target"}, "without _target_"),
        ("", "word", "is no name of a function"),
        ("", "a.b:c", "is no name of a function"),
        ("", "nothing_at_all.f", "there is no module 'nothing_at_all'"),
        ("", "missing.py:f", "there is no file"),
        ("", None, "no key `task`"),
        ("", 3, "is 3"),
    ],
)
def test_what_is_wrong_is_told(
    module: Callable[[str], str], tmp_path: Path, content: str, spec: Any, match: str
) -> None:
    name = module(content)
    if isinstance(spec, dict):
        spec = {key: value.format(name=name) for key, value in spec.items()}
    elif isinstance(spec, str):
        spec = spec.format(name=name)
    with pytest.raises(TaskFunctionError, match=match):
        load_task_function(spec, tmp_path)


def test_two_files_of_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    monkeypatch.setattr(sys, "path", list(sys.path))
    for folder in "ab":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.py").write_text(f"def f(): return {folder!r}\n")
    load = functools.partial(call, base=tmp_path)
    assert load("a/same.py:f")[0] == "a"
    assert load("b/same.py:f")[0] == "b"
