from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeprun.report.outputs import Numbers, read_outputs
from sweeprun.results.collect import collect_snapshot
from sweeprun.store.snapshot import take_snapshot
from tests.report.pages import one_axis


def read(path: Path, outputs: list[Any]) -> list[Any]:
    return list(read_outputs(collect_snapshot(take_snapshot(one_axis(path, outputs))).dataset))


@pytest.mark.parametrize(
    ("first", "step", "units", "values"),
    [
        (np.datetime64("2024-01-14"), np.timedelta64(31, "D"), "days since 2024-01-14", [0, 31, 62]),
        (np.datetime64("2024-01-14T06:30"), np.timedelta64(2, "h"), "hours since 2024-01-14 06:30", [0, 2, 4]),
        (np.datetime64("2024-01-14T00:00:07"), np.timedelta64(3, "s"), "seconds since 2024-01-14 00:00:07", [0, 3, 6]),
        (np.timedelta64(90, "s"), np.timedelta64(90, "s"), "minutes", [1.5, 3, 4.5]),
        (np.timedelta64(5, "ns"), np.timedelta64(5, "ns"), "ns", [5, 10, 15]),
        (np.timedelta64(0, "s"), np.timedelta64(0, "s"), "seconds", [0, 0, 0]),
    ],
)
def test_times_have_units_that_people_read(
    tmp_path: Path, first: Any, step: Any, units: str, values: list[float]
) -> None:
    (found,) = read(tmp_path / "run", [{"when": first + i * step} for i in range(3)])
    assert isinstance(found, Numbers)
    assert found.units == units
    assert found.values.tolist() == values
