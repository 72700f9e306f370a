"""Hearing of imports: of a package and its submodules, in a thread, lazily, after a failure; not of a mere look."""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest

from sweeprun.imports import ImportHook, loaded


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Writes modules that can be imported until the test ends."""
    folder = tmp_path / "mödules"
    monkeypatch.syspath_prepend(folder)
    before = set(sys.modules)

    def write(**sources: str) -> None:
        for name, source in sources.items():
            path = folder / f"{name.replace('_in_', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
        importlib.invalidate_caches()

    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def heard() -> Iterator[list[ModuleType]]:
    """What was heard of the module `guest`."""
    found: list[ModuleType] = []
    hook = ImportHook(["guest"], found.append)
    hook.install()
    yield found
    hook.remove()


def test_a_module_is_heard_of_once_and_complete(write: Callable[..., None]) -> None:
    write(guest="x = 1\n", other="")
    seen: list[int] = []
    hook = ImportHook(["guest"], lambda module: seen.append(module.x))
    hook.install()
    try:
        for name in ("other", "guest", "guest"):
            importlib.import_module(name)
    finally:
        hook.remove()
    assert seen == [1]
    assert hook not in sys.meta_path
    hook.remove()  # does nothing


@pytest.mark.parametrize("name", ["guest.inner", "host"])
def test_whatever_imports_it(write: Callable[..., None], heard: list[ModuleType], name: str) -> None:
    write(guest_in___init__="x = 1\n", guest_in_inner="from guest import x\n", host="from guest import inner\n")
    importlib.import_module(name)
    assert [module.__name__ for module in heard] == ["guest"]


def test_an_import_in_a_thread(write: Callable[..., None], heard: list[ModuleType]) -> None:
    write(guest="")
    thread = Thread(target=importlib.import_module, args=["guest"])
    thread.start()
    thread.join()
    assert [module.__name__ for module in heard] == ["guest"]


def test_a_lazy_import_is_heard_of_when_it_is_done(write: Callable[..., None], heard: list[ModuleType]) -> None:
    write(guest="x = 1\n")
    spec = importlib.util.find_spec("guest")
    assert spec is not None
    assert spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules["guest"] = module
    spec.loader.exec_module(module)
    assert heard == []
    assert module.x == 1
    assert heard == [module]


def test_an_import_that_fails_is_not_heard_of_until_it_works(
    write: Callable[..., None], heard: list[ModuleType]
) -> None:
    write(guest="raise OSError('no device')\n")
    with pytest.raises(OSError, match="no device"):
        importlib.import_module("guest")
    assert heard == []
    write(guest="x = 'it works now'\n")
    assert heard == [importlib.import_module("guest")]


def test_to_look_whether_it_is_there_is_no_import(write: Callable[..., None], heard: list[ModuleType]) -> None:
    assert importlib.util.find_spec("guest") is None
    write(guest="")
    assert importlib.util.find_spec("guest") is not None
    assert heard == []
    importlib.import_module("guest")
    assert len(heard) == 1


def test_two_hooks_hear_the_same(write: Callable[..., None], heard: list[ModuleType]) -> None:
    write(guest="")
    more: list[ModuleType] = []
    hook = ImportHook(["guest"], more.append)
    hook.install()
    importlib.import_module("guest")
    hook.remove()
    assert heard == more == [sys.modules["guest"]]


def test_a_hook_that_was_removed_hears_nothing(write: Callable[..., None]) -> None:
    write(guest="")
    heard: list[ModuleType] = []
    hook = ImportHook(["guest"], heard.append)
    hook.install()
    assert importlib.util.find_spec("guest") is not None
    spec = importlib.util.find_spec("guest")
    hook.remove()
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert heard == []


def test_what_is_being_imported_is_not_loaded_yet(write: Callable[..., None]) -> None:
    write(guest="from sweeprun.imports import loaded\nbefore = loaded('guest')\n")
    assert loaded("guest") is None
    module = importlib.import_module("guest")
    assert module.before is None
    assert loaded("guest") is module
