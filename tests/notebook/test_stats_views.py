"""Statistics of a run, as a notebook shows them."""

from pathlib import Path

import numpy as np
import pytest

import sweeprun
from sweeprun.errors import UsageError
from tests.results.runs import axis, count_axis, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path) -> sweeprun.Run:
    directory = make_run(tmp_path / "run", axis("<b>lr", [0.5, 0.25]), count_axis("seed", 4))
    values = np.random.default_rng(0).normal(size=8)
    write_shard(directory, "w", [success(i, {"x": float(x), "curve": ("t", [x, x])}) for i, x in enumerate(values)])
    return sweeprun.open_run(directory.path)


def test_statistics_are_tables_with_what_is_to_be_known(run: sweeprun.Run) -> None:
    stats = run.stats(quantiles=0.5)
    lines = repr(stats).splitlines()
    assert lines[0] == "x over seed (student, level 0.95)"
    assert "with dims of their own: curve; .dataset has them" in lines
    assert stats.dataset["x"].sel(statistic="n").values.tolist() == [4, 4]
    page = stats._repr_html_()
    assert "<caption>x over seed (student, level 0.95)</caption>" in page
    assert "<th>&lt;b&gt;lr</th>" in page
    assert "<b>lr" not in page
    assert page.count("<tr>") == 3


def test_a_target_says_whether_it_holds_and_what_to_call_next(run: sweeprun.Run) -> None:
    assert repr(run.stats(target="sem(x)<9")).splitlines()[0] == "sem(x)<9.0 holds at every point (2)"
    found = run.stats("seed", target="sem(x)<0.1", level=0.9)
    assert not found.holds
    assert found.more == found.look.more > 0
    assert "run them with: run.extend(until='sem(x)<0.1', over='seed', level=0.9)" in repr(found)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"over": "batch"}, "no axis 'batch'"),
        ({"variables": "y"}, "'y'"),
        ({"interval": "t"}, "interval is 't'; take one of"),
        ({"nan": "skip"}, "nan is 'skip'; take one of"),
        ({"target": "x<1"}, "'x<1' is no target"),
        ({"quantiles": 50}, "a quantile lies between 0 and 1"),
        ({"level": 95}, "level is 95"),
    ],
)
def test_what_makes_no_sense_is_refused(run: sweeprun.Run, options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run.stats(**options)  # type: ignore[arg-type]
