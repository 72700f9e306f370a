"""Configs as bytes, with their classes by name, or by value where no import leads to them.

hydra-zen's `builds` and `make_config`, `dataclasses.make_dataclass` and functions make classes that are not found by
module and name. One that has another name in the main script or in a module, as with ``Conf = make_config(…)``, is
found by that, so that it is the one that the code there knows; others are remade from their bytes, once a process.
"""

import copyreg
import importlib
import io
import os
import pickle
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from types import ModuleType
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sweeprun.by_value import ByValuePickler, dumps
from sweeprun.errors import ConfigError
from sweeprun.imports import is_importable, named_in

_known: dict[str, type] = {}
"""The classes that configs of this process hold and that no import leads to, by tokens that are in pickles."""

_reduced: dict[type, tuple[Any, ...]] = {}
"""What pickles hold of these classes."""


def dump_config(config: DictConfig) -> bytes:
    """A config as bytes that `pickle.loads` reads in any process.

    Raises
    ------
    ConfigError
        If something in it can't be pickled.
    """
    try:
        return _dumps(config)
    except Exception as error:  # whatever an object raises
        key = _unpicklable(OmegaConf.to_container(config, resolve=False), "") or "something in the config"
        raise ConfigError(
            f"{key} can't be sent to workers: {type(error).__name__}: {error}; write it as a mapping with _target_, "
            "of which each task makes its own"
        ) from error


def _dumps(value: Any) -> bytes:
    file = io.BytesIO()
    _Pickler(file, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    return file.getvalue()


def _unpicklable(value: Any, key: str) -> str | None:
    """The first key below a plain value that holds what can't be pickled; None if there is none."""
    if isinstance(value, dict | list):
        held = value.items() if isinstance(value, dict) else enumerate(value)
        found = (_unpicklable(own, f"{key}.{name}" if key else str(name)) for name, own in held)
        return next((one for one in found if one is not None), None)
    try:
        _dumps(value)
    except Exception:  # noqa: BLE001  # whatever an object raises
        return key
    return None


class _Pickler(ByValuePickler):
    def reducer_override(self, obj: Any) -> Any:
        """How an object is pickled."""
        if not isinstance(obj, type) or type(obj) in copyreg.dispatch_table or is_importable(obj):
            return super().reducer_override(obj)
        if obj not in _reduced:
            token = os.urandom(8).hex()
            _reduced[obj] = token, *_place(obj), _by_value(obj)
            _known[token] = obj
        return _class, _reduced[obj]


def _by_value(found: type) -> bytes:
    """A class as bytes; empty if something of it can't be pickled and its name leads to it."""
    try:
        pickled: bytes = dumps(found)
    except Exception:
        if not any(_place(found)):
            raise
        return b""
    return pickled


def _place(found: type) -> tuple[str, str]:
    """The module that has a class, and its name there; empty texts if none has it."""
    module = sys.modules.get(found.__module__)
    if module is not None and named_in(module, found.__qualname__) is found:
        return module.__name__, found.__qualname__
    for module in _modules_of_users():
        for name, own in list(vars(module).items()):
            if own is found:
                return module.__name__, name
    return "", ""


def _modules_of_users() -> Iterator[ModuleType]:
    """The main script, and modules that are not installed."""
    library = sysconfig.get_path("stdlib") + os.sep
    yield sys.modules["__main__"]
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None) or library
        if not file.startswith(library) and "-packages" + os.sep not in file:
            yield module


def _class(token: str, module: str, name: str, pickled: bytes) -> type:
    """The class that a pickle holds."""
    if token not in _known:
        found = None
        if module:
            with suppress(Exception):  # it is in the pickle as well
                found = named_in(importlib.import_module(module), name)
        if not isinstance(found, type):
            found = pickle.loads(pickled) if pickled else _missing(module, name)
        assert isinstance(found, type)
        _known[token] = found
        _reduced[found] = token, module, name, pickled
    return _known[token]


def _missing(module: str, name: str) -> Any:
    raise pickle.UnpicklingError(f"{module} has no {name!r} any more, which configs hold")
