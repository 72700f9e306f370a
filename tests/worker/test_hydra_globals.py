"""What tasks do to Hydra's singletons and OmegaConf's resolvers is put back; what imports do stays."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cloudpickle
import pytest
from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf
from omegaconf.basecontainer import BaseContainer

from sweeprun.store.manifest import read_manifest
from sweeprun.store.payloads import Layout, decode_result
from sweeprun.store.shards import read_shards
from sweeprun.worker.loop import Worker
from tests.results.runs import count_axis
from tests.worker.called_runs import make_called_run
from tests.worker.surroundings import restored

IMPORTED = """
from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

OmegaConf.register_new_resolver("imported", lambda: 7)
ConfigStore.instance().store(name="imported", node={"a": 7})
"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "registering.py").write_text(IMPORTED)
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    with restored(tmp_path):
        monkeypatch.syspath_prepend(tmp_path)
        yield tmp_path


def values(study: Path, function: Callable[..., Any], tasks: int = 3) -> list[Any]:
    """What the tasks of one worker return."""
    run = make_called_run(study / "run", function, count_axis("n", tasks))
    manifest = read_manifest(run)
    with Worker(run, manifest) as worker:
        worker.run_tasks(manifest.table.selected())
    records = [record for shard in read_shards(run.shards) for record in shard.records()]
    assert [record.failure() for record in records] == [None] * tasks
    return [decode_result(Layout.from_json(one.layout), one.payload)[0].item() for one in records]


def test_each_task_registers_its_resolver(study: Path) -> None:
    def task(n: int) -> int:
        assert not OmegaConf.has_resolver("own")
        OmegaConf.register_new_resolver("own", lambda: n)
        return int(OmegaConf.create({"x": "${own:}"}).x)

    assert values(study, task) == [0, 1, 2]
    assert not OmegaConf.has_resolver("own")


def test_a_resolver_that_was_there_is_there_again(study: Path) -> None:
    OmegaConf.register_new_resolver("shared", lambda: 10)

    def task(n: int) -> int:
        found = int(OmegaConf.create({"x": "${shared:}"}).x)
        if n == 0:
            OmegaConf.register_new_resolver("shared", lambda: 20, replace=True)
        elif n == 1:
            OmegaConf.clear_resolver("shared")
        else:
            OmegaConf.clear_resolvers()
        return found

    assert values(study, task, 4) == [10] * 4
    assert OmegaConf.has_resolver("shared")


def test_a_task_hands_its_resolvers_on_as_hydra_does(study: Path) -> None:
    def task(n: int) -> int:
        from copy import deepcopy

        copies = deepcopy(BaseContainer._resolvers), cloudpickle.loads(cloudpickle.dumps(BaseContainer._resolvers))
        assert all(type(copy) is dict and "oc.env" in copy for copy in copies)
        return n

    assert values(study, task) == [0, 1, 2]


def test_what_an_import_registers_stays_with_the_module(study: Path) -> None:
    def task(n: int) -> int:
        ConfigStore.instance().store(name="own", node={"n": n})
        import registering  # type: ignore[import-not-found]

        assert registering
        assert ConfigStore.instance().load("imported.yaml").node == {"a": 7}
        return int(OmegaConf.create({"x": "${imported:}"}).x)

    assert values(study, task) == [7] * 3


def test_what_a_task_stores_is_gone_for_the_next(study: Path) -> None:
    def task(n: int) -> int:
        store = ConfigStore.instance()
        found = "own.yaml" in store.repo or "own" in store.repo.get("group", {})
        store.store(name="own", node={"n": n})
        store.store(group="group/own", name="one", node={"n": n})
        return int(found)

    assert values(study, task) == [0] * 3


def test_a_hydra_that_a_task_left_open_is_closed(study: Path) -> None:
    def task(n: int) -> int:
        from hydra import compose, initialize
        from hydra.core.global_hydra import GlobalHydra

        assert not GlobalHydra.instance().is_initialized()
        initialize(version_base="1.3", config_path=None)
        return int(compose(overrides=[f"+n={n}"]).n)

    assert values(study, task) == [0, 1, 2]


def test_a_worker_leaves_nothing_of_its_own(study: Path) -> None:
    store = ConfigStore.store
    values(study, lambda n: n)
    assert type(BaseContainer._resolvers) is dict
    assert ConfigStore.store is store
