"""The config of a task, from the YAML of its run."""

from pathlib import Path

import pytest

from sweeprun.config.readable import readable_config
from sweeprun.store.manifest import read_manifest
from tests.results.runs import count_axis, make_run


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lr: 0.1\nn: ${lr}\nhome: ${oc.env:HOME}\n", {"lr": 0.1, "n": "${lr}", "home": "${oc.env:HOME}"}),
        ("lr: '*2'\n", {"lr": "*2"}),
        ("a: &a [1]\nb: [*a, *a]\n", None),
        ("lr: [", None),
        ("- 1\n", None),
        ("\x00", None),
    ],
)
def test_it_is_what_was_written_or_nothing(tmp_path: Path, text: str, expected: object) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    run.config.write_text(text)
    manifest = read_manifest(run)
    assert readable_config(run, manifest, manifest.table.task(1)) == expected
