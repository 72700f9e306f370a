from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import pytest

from sweeprun.runs.diagnosis import likely_cause
from sweeprun.runs.rerun import Trials
from sweeprun.store.manifest import Manifest, read_manifest
from sweeprun.store.records import Record
from tests.results.runs import make_run, success


@dataclass(frozen=True, kw_only=True)
class Scripted(Trials):
    """Trials of a task that gives one result after the other, but in some surroundings always the same.

    Attributes
    ----------
    settled
        The surroundings: "globals" with seeds for global generators, "hashes" with a seed for hashes.
    results
        What it gives in others.
    """

    settled: str
    results: Iterator[int] = field(default_factory=lambda: cycle([1, 1, 1, 2]))

    def run(
        self,
        records: Mapping[int, Record | None],
        *,
        variables: Mapping[str, str] | None = None,
        manifest: Manifest | None = None,
    ) -> Iterator[tuple[int, Record | None]]:
        surroundings = {"globals": manifest is not None, "hashes": "PYTHONHASHSEED" in (variables or {})}
        for task_id in records:
            yield task_id, success(task_id, 1 if surroundings.get(self.settled) else next(self.results))


@pytest.mark.parametrize(
    ("settled", "cause"), [("globals", "global randomness"), ("hashes", "the order of a set"), ("", "chance")]
)
def test_what_is_often_the_same_is_not_taken_for_constant(tmp_path: Path, settled: str, cause: str) -> None:
    manifest = read_manifest(make_run(tmp_path / "run"))
    trials = Scripted(manifest=manifest, frozen=(), code=None, settled=settled)
    assert likely_cause(trials, success(0, 3), success(0, 1)).startswith(cause)
