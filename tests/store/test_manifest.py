"""The manifest."""

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeprun.design.axes import Axis
from sweeprun.design.grid import Grid
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.overrides import Operation, Override
from sweeprun.design.ranges import DecimalRange
from sweeprun.design.streams import Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import FormatError
from sweeprun.store.directory import RunDirectory, make_run_directory
from sweeprun.store.job_spec import JobSpec
from sweeprun.store.manifest import Manifest, read_manifest, write_manifest
from tests.results.runs import axis, count_axis


def manifest() -> Manifest:
    axes = (
        axis("db", ["mysql", "ünï"]),
        count_axis("seed", 3),
        Axis(name="lr", values=DecimalRange(start="0.1", stop="0.35", step="0.1"), kind=LabelKind.FLOAT),
        axis("opt", ["adam", "sgd"]),
    )
    follow = {"db": Operation.CHANGE, "seed": Operation.ADD, "lr": Operation.CHANGE, "opt": Operation.FORCE_ADD}
    swept = [Override(operation=operation, key=name, axis=name) for name, operation in follow.items()]
    fixed = Override(operation=Operation.CHANGE, key="a.b", text="{1:nan}", value={1: float("inf")})
    table = TaskTable.of(Grid(axes=axes), Streams(root_seed=2**100, shared_by=("seed",)))
    return Manifest(
        table=table,
        overrides=(swept[0], fixed, *swept[1:], Override(operation=Operation.DELETE, key="c", text="null")),
        composition_axes=("db", "opt"),
        launcher={"name": "local", "throttle": 2},
        job=JobSpec(chdir=True, directories=True),
        python_path=("/a b", "/it's\n"),
        provenance={"command": ["sweeprun", "-m", "x='\udcff'"], "git": None},
    )


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run_directory(tmp_path / "run", numbered=False)


def test_it_comes_back_as_it_was(run: RunDirectory) -> None:
    write_manifest(run, manifest())
    assert read_manifest(run) == manifest()
    json.loads(run.manifest.read_text(), parse_constant=lambda name: pytest.fail(f"{name} is not strict JSON"))


def test_it_is_written_once(run: RunDirectory) -> None:
    write_manifest(run, manifest())
    with pytest.raises(FileExistsError):
        write_manifest(run, replace(manifest(), python_path=()))
    assert read_manifest(run) == manifest()


def test_it_is_small_however_long_the_axes_are(run: RunDirectory) -> None:
    table = TaskTable.of(Grid(axes=(count_axis("a", 10**4), count_axis("b", 10**4))))
    write_manifest(run, replace(manifest(), table=table, overrides=(), composition_axes=()))
    assert run.manifest.stat().st_size < 2000
    assert read_manifest(run).table.task(10**8 - 1).stream == 10**8 - 1


def test_compositions_are_numbered_like_their_product() -> None:
    found = manifest()
    numbers = {pair: i for i, pair in enumerate(itertools.product(["mysql", "ünï"], ["adam", "sgd"]))}
    for task_id in range(len(found.table)):
        task = found.table.task(task_id)
        assert found.composition(task) == numbers[task.coordinates["db"], task.coordinates["opt"]]  # type: ignore[index]


def test_overrides_of_a_task_are_written_as_typed() -> None:
    found = manifest()
    assert found.override_texts(found.table.task(0)) == [
        "db=mysql",
        "a.b={1:nan}",
        "+seed=0",
        "lr=0.1",
        "++opt=adam",
        "~c=null",
    ]
    assert found.override_texts(found.table.task(len(found.table) - 1))[2:5] == ["+seed=2", "lr=0.3", "++opt=sgd"]


def damage(data: dict[str, Any], *keys: Any, value: Any) -> dict[str, Any]:
    inner: Any = data
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return data


@pytest.mark.parametrize(
    ("keys", "value", "match"),
    [
        (("format",), "else", "'else'"),
        (("version",), 6, "version 6 .* reads version 5"),
        (("job", "dims"), {"x": "time"}, "malformed: TypeError"),
        (("job", "dims"), [], "malformed: TypeError"),
        (("version",), None, "version None"),
        (("blocks", 0, "design", "kind"), "sample", "'sample'"),
        (("blocks", 0, "design", "axes", 0, "values", "kind"), "spiral", "'spiral'"),
        (("blocks", 0, "design", "axes", 0, "kind"), "color", "malformed.*'color'"),
        (("blocks", 0, "design", "axes", 2, "values", "start"), "1e99999", "malformed"),
        (("blocks", 0, "first_id"), 1, "malformed.*starts at task 1"),
        (("blocks",), 5, "malformed"),
        (("overrides", 0, "operation"), "multiply", "malformed.*MULTIPLY"),
        (("streams",), None, "malformed"),
    ],
)
def test_what_is_wrong_with_it_is_told(run: RunDirectory, keys: tuple[Any, ...], value: Any, match: str) -> None:
    data = damage(json.loads(json.dumps(manifest().to_dict())), *keys, value=value)
    run.manifest.write_text(json.dumps(data))
    with pytest.raises(FormatError, match=match):
        read_manifest(run)


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_what_is_no_manifest_is_told(run: RunDirectory, content: str) -> None:
    run.manifest.write_text(content)
    with pytest.raises(FormatError):
        read_manifest(run)


@pytest.mark.parametrize("key", ["blocks", "streams", "overrides", "composition_axes", "launcher", "job"])
def test_what_is_missing_is_named(run: RunDirectory, key: str) -> None:
    data = manifest().to_dict()
    del data[key]
    run.manifest.write_text(json.dumps(data))
    with pytest.raises(FormatError, match=f"malformed.*'{key}'"):
        read_manifest(run)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_manifests_of_earlier_versions_are_read(run: RunDirectory, version: int) -> None:
    data = json.loads(json.dumps(manifest().to_dict())) | {"version": version}
    run.manifest.write_text(json.dumps(data))
    assert read_manifest(run) == manifest()


@pytest.mark.parametrize("function", ["pickled", 3, ["call"]])
def test_what_leads_to_a_function_is_a_mapping(run: RunDirectory, function: Any) -> None:
    data = json.loads(json.dumps(manifest().to_dict()))
    data["job"]["function"] = function
    run.manifest.write_text(json.dumps(data))
    with pytest.raises(FormatError, match="malformed"):
        read_manifest(run)
