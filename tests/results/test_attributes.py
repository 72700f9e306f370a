"""What a Dataset says of where its numbers come from."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from sweeprun.design.extension import whole_grid
from sweeprun.provenance.code import Code, SourceFile, write_code
from sweeprun.provenance.origin import Origin
from sweeprun.results import attributes
from sweeprun.results.agreement import common_attrs
from sweeprun.results.attributes import (
    CHOSEN_ATTRIBUTE,
    CODE_ATTRIBUTE,
    MANIFEST_ATTRIBUTE,
    attributes_of,
    noted_warnings,
)
from sweeprun.results.layout_groups import read_parts
from sweeprun.results.masking import masking_of
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import make_directory
from sweeprun.store.looks import LookRecord, keep_look
from sweeprun.store.manifest import Manifest, read_manifest
from sweeprun.store.notices import CopiedGenerators, note_copied_generators
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import axis, count_axis, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", axis("lr", [0.5, 0.25]), count_axis("seed", 3))


def attrs_of(run: RunDirectory, chosen: list[str] | None = None) -> dict[str, Any]:
    snapshot = take_snapshot(run)
    parts = read_parts(snapshot.shards, snapshot.best)
    common, _ = common_attrs([(part.first_task, part.layout.attrs) for part in parts])
    return attributes_of(snapshot, whole_grid(snapshot.manifest.table), common, masking_of(snapshot), chosen)


def change_manifest(run: RunDirectory, **provenance: Any) -> None:
    data = json.loads(run.manifest.read_text())
    data["provenance"] |= provenance
    run.manifest.write_text(json.dumps(data))


def test_attributes_say_what_was_run_where_and_when(run: RunDirectory) -> None:
    change_manifest(run, command=["sweeprun", "-m", "lr=0.5,0.25", "a b"], host="nöde")
    write_shard(run, "w", [success(0, 1.0, seconds=2.5)])
    found = attrs_of(run)
    assert found["run"] == "a rün"
    assert found["command"] == "sweeprun -m lr=0.5,0.25 'a b'"
    assert found["host"] == "nöde"
    assert found["created"] == "2026-05-04T10:11:12+00:00"
    assert found["ended"] == "1970-01-01T00:00:03+00:00"
    assert found["base_config"] == "lr: 0.1\n"
    assert json.loads(found["versions"]) == {"numpy": "2"}


def test_attributes_that_all_results_have_are_kept_and_none_replaces_ours(run: RunDirectory) -> None:
    results = [{"model": "ä", "note": i, "run": "theirs"} for i in range(2)]
    write_shard(run, "w", [success(i, xr.Dataset({"y": 1.0}, attrs=own)) for i, own in enumerate(results)])
    found = attrs_of(run)
    assert found["model"] == "ä"
    assert "note" not in found
    assert found["run"] == "a rün"
    assert found["result_run"] == "theirs"
    assert found["run_path"] == str(run.path)


def test_all_attributes_are_texts_that_any_format_can_hold(run: RunDirectory) -> None:
    assert {name: type(value) for name, value in attrs_of(run).items() if not isinstance(value, str)} == {}


def test_the_manifest_and_the_code_can_be_read_back(run: RunDirectory) -> None:
    file = SourceFile(content="00", meaning="11")
    code = Code(base="/a b", files={"modül.py": file}, packages={"numpy": "2"}, python="3.11.7")
    change_manifest(run, code=write_code(run, code), packages={"numpy": "2"}, pid=7)
    found = attrs_of(run)
    manifest = read_manifest(run)
    again = Manifest.from_dict(json.loads(found[MANIFEST_ATTRIBUTE]))
    assert again.table == manifest.table
    assert "packages" not in again.provenance
    assert replace(again, provenance={}) == replace(manifest, provenance={})
    assert Code.from_dict(json.loads(found[CODE_ATTRIBUTE])) == code


def test_what_is_too_long_for_an_attribute_is_left_out(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    length = len(attrs_of(run)[MANIFEST_ATTRIBUTE])
    monkeypatch.setattr(attributes, "_LONGEST_ATTRIBUTE", length)
    assert MANIFEST_ATTRIBUTE in attrs_of(run)
    monkeypatch.setattr(attributes, "_LONGEST_ATTRIBUTE", length - 1)
    assert MANIFEST_ATTRIBUTE not in attrs_of(run)


def test_records_are_counted_by_the_machine_that_made_them(run: RunDirectory) -> None:
    here, there = (Origin(host=host, cpu="Z80").to_json() for host in ("here", "thére"))
    write_shard(run, "v", [replace(success(i, 1.0), origin=here) for i in range(3)])
    write_shard(run, "w", [replace(success(3, 1.0), origin=there)], [replace(success(4, 1.0), origin=here)])
    assert json.loads(attrs_of(run)["made_on"]) == {"here (Z80)": 4, "thére (Z80)": 1}


def test_only_a_choice_of_results_is_noted(run: RunDirectory) -> None:
    assert CHOSEN_ATTRIBUTE not in attrs_of(run)
    assert json.loads(attrs_of(run, ["a,b", "ü"])[CHOSEN_ATTRIBUTE]) == ["a,b", "ü"]


def test_looks_that_decided_on_the_number_of_members_are_told(run: RunDirectory) -> None:
    assert "looks" not in attrs_of(run)
    look = LookRecord(
        rule="sem<0.1", over="seed", time="2026-05-04", members=3, open_points=1, points=2, worst=None, added=2
    )
    keep_look(run, look)
    (found,) = json.loads(attrs_of(run)["looks"])
    assert LookRecord(**found) == look


def test_what_was_noted_of_generators_goes_with_the_results(run: RunDirectory) -> None:
    assert noted_warnings(attrs_of(run)) == []
    make_directory(run.workers)
    noted = CopiedGenerators(function="study.draw", tasks="0-3", generators="study.rng")
    note_copied_generators(run, noted)
    assert noted_warnings(attrs_of(run)) == [str(noted)]
