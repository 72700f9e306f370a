"""Configs as bytes: types go by name where one leads to them, and by value where none does."""

import dataclasses
import pickle
import subprocess
import sys
import threading
from dataclasses import dataclass, field, make_dataclass
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hydra_zen import builds, make_config
from omegaconf import DictConfig, OmegaConf

from sweeprun.config import pickled_configs
from sweeprun.config.pickled_configs import dump_config
from sweeprun.errors import ConfigError


class Loss:
    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale


def local() -> Any:
    class Kind(Enum):
        FAST = 1
        SLOW = 2

    @dataclass
    class Inner:
        kind: Kind = Kind.SLOW

    @dataclass
    class Local:
        lr: float = 0.1
        inner: Inner = field(default_factory=Inner)

    return Local


CLASSES = [local(), make_dataclass("Made", [("lr", float, 0.1)]), builds(Loss, scale=2.0), make_config("x", lr=0.1)]
READ = """
import dataclasses, pickle, sys
from omegaconf import OmegaConf
for config in pickle.load(sys.stdin.buffer):
    config = pickle.loads(config)
    kind = OmegaConf.get_type(config)
    config = OmegaConf.merge(OmegaConf.structured(kind), {key: 7 for key in ("lr", "x", "scale") if key in config})
    print([own.name for own in dataclasses.fields(kind)], OmegaConf.to_container(config))
"""


def again(config: DictConfig) -> DictConfig:
    """A config as another process would read it."""
    known, reduced = dict(pickled_configs._known), dict(pickled_configs._reduced)
    dumped = dump_config(config)
    pickled_configs._known.clear()
    try:
        read = pickle.loads(dumped)
        assert isinstance(read, DictConfig)
        return read
    finally:
        pickled_configs._known.update(known)
        pickled_configs._reduced.update(reduced)


def test_types_without_a_name_are_types_in_another_process() -> None:
    dumped = [dump_config(OmegaConf.structured(own)) for own in CLASSES]
    command = [sys.executable, "-c", READ]
    done = subprocess.run(command, input=pickle.dumps(dumped), capture_output=True, check=True)
    lines = done.stdout.decode().splitlines()
    assert lines[0] == "['lr', 'inner'] {'lr': 7.0, 'inner': {'kind': <Kind.SLOW: 2>}}"
    assert lines[1] == "['lr'] {'lr': 7.0}"
    assert lines[2].startswith("['_target_', 'scale']")
    assert lines[3] == "['x', 'lr'] {'x': '???', 'lr': 7}"


@pytest.mark.parametrize("own", CLASSES)
def test_in_the_same_process_it_is_the_same_type_and_as_it_was(own: Any) -> None:
    fields = dataclasses.fields(own)
    copy = pickle.loads(dump_config(OmegaConf.structured(own)))
    assert OmegaConf.get_type(copy) is own
    assert dataclasses.fields(own) == fields
    assert OmegaConf.structured(own) == copy


def test_a_type_with_another_name_in_the_script_is_the_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    main.Conf, main.elsewhere = make_config(lr=0.1), [make_config(seed=0)]  # type: ignore[attr-defined]
    assert OmegaConf.get_type(again(OmegaConf.structured(main.Conf))) is main.Conf
    by_value = again(OmegaConf.structured(main.elsewhere[0]))
    assert (by_value, OmegaConf.get_type(by_value).__name__) == ({"seed": 0}, "Config")


def test_a_type_of_the_main_part_goes_by_value_where_the_script_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    made = main.Late = make_dataclass("Late", [("lr", float, 0.1)])  # type: ignore[attr-defined]
    made.__module__ = "__main__"
    config = OmegaConf.structured(made)
    dump_config(config)
    del main.Late  # type: ignore[attr-defined]
    assert again(config) == {"lr": 0.1}


def test_a_script_that_names_its_type_need_not_be_able_to_pickle_it(monkeypatch: pytest.MonkeyPatch) -> None:
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    made = make_dataclass("Locked", [("lr", float, 0.1)], namespace={"lock": threading.Lock()})
    made.__module__, main.Locked = "__main__", made  # type: ignore[attr-defined]
    assert OmegaConf.get_type(again(OmegaConf.structured(made))) is made
    dumped = dump_config(OmegaConf.structured(made))
    pickled_configs._known.clear()
    del main.Locked  # type: ignore[attr-defined]
    with pytest.raises(pickle.UnpicklingError, match="__main__ has no 'Locked' any more"):
        pickle.loads(dumped)


def test_what_modules_have_goes_by_name() -> None:
    config = OmegaConf.structured({"path": Path("a")})
    assert b"pickled_configs" not in dump_config(config)
    assert pickle.loads(dump_config(config)) == config


def test_what_can_not_be_pickled_is_named() -> None:
    config = OmegaConf.create({"model": {"layers": [1, threading.Lock()]}}, flags={"allow_objects": True})
    with pytest.raises(ConfigError, match=r"model\.layers\.1 can't be sent to workers: TypeError.*_target_"):
        dump_config(config)
