"""``sweeprun stats`` and ``sweeprun extend --until``, as a user runs them."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sweeprun.cli import extend, stats
from sweeprun.errors import UsageError
from tests.command_line import Run


@pytest.fixture
def ensemble(run: Run, study: Path) -> Path:
    """A run of two points with eight members each, which share their streams."""
    (study / "noise.py").write_text(
        "def noise(cfg, rng):\n"
        "    if cfg.seed == 3:\n"
        "        raise ValueError('three')\n"
        "    z = rng.normal()\n"
        "    return {'x': z + cfg.lr, 'positive': bool(z > 0), 'label': 'a', 'curve': ('t', [z, z])}\n"
    )
    words = ("task=noise.noise", "lr=0.5,1.5", "seed=range(8)", "hydra.sweeper.streams=[seed]")
    run("-m", *words, "hydra.sweep.dir=one", code=1)
    return study


def draws(count: int) -> np.ndarray:
    return np.array([np.random.default_rng(i).normal() for i in range(count) if i != 3])


def test_statistics_as_a_table_json_and_file(run: Run, ensemble: Path) -> None:
    shown = run("stats", "one", "--quantiles", "0.5")
    assert "x over seed (student, level 0.95)" in shown.stdout
    assert "positive over seed (wilson, level 0.95)" in shown.stdout
    assert "with dims of their own: curve" in shown.stdout
    assert "…" not in shown.stdout
    assert "2 tasks have no result and are left out" in shown.stderr
    assert "left out: label" in shown.stderr
    told = json.loads(run("stats", "one", "--json", "--quantiles", "0.5").stdout)
    first = told["x"][0]
    assert (first["lr"], first["n"]) == (0.5, 7)
    assert np.isclose(first["mean"], draws(8).mean() + 0.5)
    assert np.isclose(first["sem"], draws(8).std(ddof=1) / np.sqrt(7))
    assert np.isclose(first["quantile"]["0.5"], np.median(draws(8)) + 0.5)
    assert told["positive"][0]["successes"] == (draws(8) > 0).sum()
    assert "share random streams" not in shown.stderr
    curve = run("stats", "one", "--variables", "curve").stdout
    assert "curve over seed (student, level 0.95)" in curve
    assert "with dims of their own" not in curve
    told = run("stats", "one", "-o", "stats.nc", "--over", "lr, seed,").stderr
    refused = run("collect", "one", "-o", "stats.nc", code=2).stderr
    assert "'stats.nc' has statistics, which collected results don't replace; choose another name: -o NAME" in refused
    assert "tasks along lr share random streams" in told
    assert "each seed counts once, with its mean over lr" in told
    with xr.open_dataset(ensemble / "stats.nc") as found:
        assert found.x.dims == ("statistic",)
        assert found.curve.sel(statistic="n").values.tolist() == [7, 7]
        assert found.attrs["members_independent"] == "False"


@pytest.mark.usefixtures("ensemble")
def test_a_target_says_who_needs_how_many_more(run: Run) -> None:
    shown = run("stats", "one", "--target", "sem(x)<0.1", code=1).stdout
    needed = int(np.floor((draws(8).std(ddof=1) / 0.1) ** 2)) + 1 - 7
    assert f"with 7 members, {needed} more needed" in shown
    assert "lr=0.5" in shown
    told = json.loads(run("stats", "one", "--target", "sem(x)<0.1", "--json", code=1).stdout)
    assert (told["open_points"], told["more"]) == (2, needed)
    assert "holds at every point (2)" in run("stats", "one", "--target", "sem(x)<9").stdout


def test_members_are_added_until_a_target_holds(run: Run, ensemble: Path) -> None:
    done = run("extend", "one", "--until", "sem(x)<0.15", "--allow-drift")
    assert "holds at every point (2)" in done.stderr
    shown = json.loads(run("show", "one", "--json").stdout)
    looks = list(shown["looks"].values())
    assert "8 members" in looks[0]
    assert "0 of 2 points open, 0 added" in looks[-1]
    run("collect", "one")
    with xr.open_dataset(ensemble / "results.nc") as found:
        kept = json.loads(found.attrs["looks"])
        assert [look["members"] for look in kept][-1] == found.sizes["seed"]
        assert kept[0]["rule"] == "sem(x)<0.15"
        assert kept[0]["added"] == min(8, kept[1]["members"] - 8)
        # A stream has the number of the first task that has its seed.
        expected = np.array([np.random.default_rng(i).normal() for i in np.delete(found.task_id.values[0], 3)])
        values = found.x.values[0]
        there = ~np.isnan(values)
        assert there.sum() == len(values) - 1
        assert np.allclose(values[there], expected[there[np.arange(len(values)) != 3]] + 0.5)
        assert expected.std(ddof=1) / np.sqrt(len(expected)) < 0.15


@pytest.mark.usefixtures("ensemble")
def test_a_limit_stops_it_and_another_call_goes_on(run: Run) -> None:
    stopped = run("extend", "one", "--until", "halfwidth(x)<0.01", "--limit", "12", "--batch", "3", code=1)
    assert "stopped at the limit of 12 members" in stopped.stderr
    again = run("extend", "one", "--until", "halfwidth(x)<0.01", "--limit", "13", code=1)
    assert "2 new tasks" in again.stderr
    assert len(json.loads(run("show", "one", "--json").stdout)["looks"]) == 5


def test_members_are_not_added_for_a_point_that_always_fails(run: Run, study: Path) -> None:
    (study / "half.py").write_text(
        "def half(cfg, rng):\n    if cfg.lr > 1:\n        raise ValueError('big')\n    return {'x': rng.normal()}\n"
    )
    run("-m", "task=half.half", "lr=0.5,1.5", "seed=range(2)", "hydra.sweep.dir=one", code=1)
    stopped = run("extend", "one", "--until", "sem(x)<9", "--limit", "50", "--allow-drift", code=2)
    assert "brought no value of x where sem(x)<9.0 is open (1 of 2 points)" in stopped.stderr
    looks = list(json.loads(run("show", "one", "--json").stdout)["looks"].values())
    assert len(looks) == 2
    assert "0 added" in looks[-1]
    # JSON knows neither NaN nor infinity.
    json.loads(run("stats", "one", "--target", "sem(x)<9", "--json", code=1).stdout, parse_constant=pytest.fail)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("stats", "one", "--over", "batch"), "no axis 'batch'"),
        (("stats", "one", "--quantiles", "half"), "write numbers between 0 and 1"),
        (("extend", "one", "--until", "sem(y)<1"), "no variable 'y' of numbers"),
        (("extend", "one", "--until", "sem(x)<0.01", "--over", "lr"), "tasks along lr share random streams"),
        (("extend", "one", "--until", "sem(x)<1", "--level", "2"), "--level is 2"),
        (("extend", "one", "--until", "sem(x)<0.01", "lr=3"), "says itself which members"),
        (("extend", "one", "--until", "sem(x)<0.01", "--limit", "0"), "--limit is 0"),
    ],
)
@pytest.mark.usefixtures("ensemble")
def test_wrong_input_is_told(words: tuple[str, ...], message: str, run: Run) -> None:
    assert message in run(*words, code=2).stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("stats", "--interval", "t"), "student, normal, bootstrap, wilson"),
        (("stats", "--target", "mean(x)<1"), "no target"),
        (("stats", "--target", "sem(x)<1", "--interval", "bootstrap"), "can't be that of a target"),
        (("stats", "--target", "sem(x)<1", "--level", "2"), "--level is 2"),
        (("stats", "-o", "stats.csv"), ".nc or .zarr"),
        (("stats", "x"), "if it is the name of a result: sweeprun stats --variables x"),
        (("extend", "--batch", "3", "lr=3"), "go with --until"),
        (("extend", "--level", "0.9", "lr=3"), "go with --until"),
    ],
)
def test_wrong_words_are_told_before_any_result_is_read(
    words: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = {"stats": stats.main, "extend": extend.main}[words[0]]
    with pytest.raises(UsageError, match=re.escape(message)):
        command(words[1:])


def test_a_run_without_results_or_members(run: Run) -> None:
    run("-m", "seed=0,1", "task=study.misbehave", "kind=raise", "hydra.sweep.dir=one", code=1)
    assert "no task has a result yet" in run("stats", "one", code=2).stderr
    run("-m", "seed=1", "hydra.sweep.dir=two")
    told = run("stats", "two", code=2).stderr
    assert "neither 'member' nor 'seed'" in told
    assert "hydra.sweeper.members=30" in told
    run("-m", "hydra.sweeper.members=1", "hydra.sweep.dir=three")
    assert "with one member there is no error" in run("stats", "three").stderr


def test_one_huge_integer_does_not_stop_the_others(run: Run, study: Path) -> None:
    (study / "huge.py").write_text(
        "def huge(cfg, rng):\n"
        "    if cfg.seed == 1:\n        return {'x': rng.random()}\n"
        "    return {'x': rng.random(), 'id': 2**62 + cfg.seed}\n"
    )
    run("-m", "task=huge.huge", "seed=range(4)", "hydra.sweep.dir=one")
    shown = run("stats", "one")
    assert "x over seed" in shown.stdout
    assert "left out: 'id' can't be collected: 46116860184273879" in shown.stderr


def test_axes_may_have_the_names_of_statistics(run: Run, study: Path) -> None:
    (study / "conf" / "config.yaml").write_text("task: study.noise\nn: 1\nmean: 1\n")
    with (study / "study.py").open("a") as file:
        file.write("\n\ndef noise(cfg, rng):\n    return {'x': rng.random()}\n")
    run("-m", "n=5,6", "mean=7,8", "hydra.sweeper.members=4")
    told = json.loads(run("stats", "--target", "sem(x)<0.001", "--json", code=1).stdout)["points"]
    assert [(point["axis_n"], point["mean"], point["n"]) for point in told] == [
        (5, 7, 4), (5, 8, 4), (6, 7, 4), (6, 8, 4)
    ]  # fmt: skip
    assert "n=5 mean=7: sem(x)" in run("stats", "--target", "sem(x)<0.001", code=1).stdout
    points = json.loads(run("stats", "--json").stdout)["x"]
    assert [(point["axis_n"], point["axis_mean"], point["n"]) for point in points][:2] == [(5, 7, 4), (5, 8, 4)]


def test_results_to_doubt_are_named_by_every_door(run: Run, study: Path) -> None:
    (study / "doubtful.py").write_text(
        "import numpy as np\n"
        "def doubtful(cfg, rng):\n"
        "    x = np.nan if cfg.lr > 1 and cfg.seed < 3 else rng.normal()\n"
        "    return {'x': x, 'fixed': np.random.default_rng([7, 1]).normal()}\n"
    )
    nan = "x: 3 of 12 results are NaN, and left out: lr=1.5 (3 of 6)"
    undetermined = "is undetermined at 2 of 2 points"
    ended = run("-m", "task=doubtful.doubtful", "lr=0.5,1.5", "seed=range(6)", "hydra.sweep.dir=two")
    assert "fixed is equal to the bit in the first 6 members at lr=0.5, although" in ended.stderr
    shown = run("stats", "two").stderr.splitlines()
    assert shown[0] == nan
    assert shown[1].startswith("fixed is equal to the bit in all 6 members at every point, although")
    assert "--nan raise refuses them" in run("stats", "two", "--nan=raise", code=2).stderr
    assert (
        "lr=1.5: 3 of 6 results are NaN" in run("stats", "two", "--target=sem(x)<9", "--nan=propagate", code=1).stdout
    )
    assert nan in run("stats", "two", "--target=sem(x)<9").stderr
    assert undetermined in run("stats", "two", "--target=rel_sem(fixed)<0.01", code=1).stdout
    stopped = run("extend", "two", "--until=rel_sem(fixed)<0.01", "--allow-drift", code=1)
    assert undetermined in stopped.stderr
    assert "new tasks" not in stopped.stderr
    told = json.loads(run("collect", "two", "--json").stdout)["doubts"]
    assert told[0] == "x: 3 of 12 results are NaN: lr=1.5 (3 of 6)"
    assert told[1].startswith("fixed is equal to the bit in all 6 members")
