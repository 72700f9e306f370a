"""Resolvers that an application registered, for workers that start without it."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf
from omegaconf.basecontainer import BaseContainer

from sweeprun.store.directory import RunDirectory
from sweeprun.worker.resolvers import record_resolvers, register_recorded_resolvers


@pytest.fixture(autouse=True)
def _resolvers_as_they_were(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """None but OmegaConf's at the beginning, and at the end those that there were."""
    with monkeypatch.context() as patch:
        patch.setattr(BaseContainer, "_resolvers", dict(BaseContainer._resolvers))
        OmegaConf.clear_resolvers()
        yield


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path)


def resolved(expression: str) -> Any:
    return OmegaConf.create({"value": expression}).value


def test_a_resolver_works_again_where_it_was_not_registered(run: RunDirectory) -> None:
    factor = 3
    OmegaConf.register_new_resolver("times", lambda x: x * factor)
    OmegaConf.register_new_resolver("grüße", lambda name: f"Grüße, {name}")
    assert record_resolvers(run) is True
    OmegaConf.clear_resolvers()
    register_recorded_resolvers(run.resolvers)
    assert resolved("${times:7}") == 21
    assert OmegaConf.has_resolver("grüße")


def test_a_cached_resolver_is_cached_again(run: RunDirectory) -> None:
    calls = []

    def count() -> int:
        calls.append(1)
        return len(calls)

    OmegaConf.register_new_resolver("count", count, use_cache=True)
    record_resolvers(run)
    OmegaConf.clear_resolvers()
    register_recorded_resolvers(run.resolvers)
    config = OmegaConf.create({"a": "${count:}", "b": "${count:}"})
    assert (config.a, config.b, config.a) == (1, 1, 1)


def test_one_that_the_task_functions_module_registered_stays(run: RunDirectory) -> None:
    OmegaConf.register_new_resolver("which", lambda: "recorded")
    record_resolvers(run)
    OmegaConf.register_new_resolver("which", lambda: "own", replace=True)
    register_recorded_resolvers(run.resolvers)
    assert resolved("${which:}") == "own"


def test_without_resolvers_of_its_own_an_application_leaves_no_file(run: RunDirectory) -> None:
    for name in ("hydra", "now", "python_version"):
        OmegaConf.register_new_resolver(name, lambda: None)
    assert record_resolvers(run) is False
    assert not run.resolvers.exists()


def test_one_that_can_not_be_pickled_is_left_out(run: RunDirectory) -> None:
    lock = threading.Lock()
    OmegaConf.register_new_resolver("locked", lock.locked)
    OmegaConf.register_new_resolver("fine", lambda: 1)
    assert record_resolvers(run) is True
    OmegaConf.clear_resolvers()
    register_recorded_resolvers(run.resolvers)
    assert not OmegaConf.has_resolver("locked")
    assert resolved("${fine:}") == 1
