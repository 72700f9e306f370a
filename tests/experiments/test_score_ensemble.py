from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from experiments import digits, score_ensemble

# Two images of a 0 and a 1. At lr 0.1 each member is right about one image, at lr 0.01 all are always right.
LABELS = xr.DataArray([0, 1], dims="image")
PROBABILITY = xr.DataArray(
    [
        [[[0.9, 0.1], [0.6, 0.4]], [[0.4, 0.6], [0.1, 0.9]]],
        [[[0.8, 0.2], [0.2, 0.8]], [[0.8, 0.2], [0.2, 0.8]]],
    ],
    dims=("lr", "seed", "image", "digit"),
    coords={"lr": [0.1, 0.01], "seed": [0, 1]},
)


def test_the_mean_prediction_can_beat_every_member() -> None:
    scores = score_ensemble.score(PROBABILITY, LABELS)
    np.testing.assert_array_equal(scores["members"], [2, 2])
    np.testing.assert_allclose(scores["member_accuracy"], [0.5, 1])
    np.testing.assert_allclose(scores["ensemble_accuracy"], [1, 1])
    np.testing.assert_allclose(scores["member_nll"], [-(np.log(0.9) + np.log(0.4)) / 2, -np.log(0.8)])
    np.testing.assert_allclose(scores["ensemble_nll"], [-np.log(0.65), -np.log(0.8)])
    np.testing.assert_array_equal(scores["lr"], [0.1, 0.01])


def test_missing_members_are_left_out() -> None:
    some = PROBABILITY.copy()
    some[{"lr": 0, "seed": 1}] = np.nan
    some[{"lr": 1}] = np.nan
    scores = score_ensemble.score(some, LABELS)
    np.testing.assert_array_equal(scores["members"], [1, 0])
    np.testing.assert_allclose(scores["ensemble_accuracy"], [0.5, np.nan])
    np.testing.assert_allclose(scores["ensemble_nll"], scores["member_nll"])


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Write what perfect networks would predict for the real test images, at two rates."""
    labels = digits.load()[1].labels
    perfect = np.broadcast_to(np.eye(10, dtype=np.float32)[labels], (2, 3, len(labels), 10))
    path = tmp_path / "results of mine.nc"
    xr.Dataset(
        {"probability": (("lr", "seed", "image", "digit"), perfect)}, {"lr": [0.1, 0.01], "seed": range(3)}
    ).to_netcdf(path)
    return path


def test_main_prints_a_row_for_each_ensemble(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score_ensemble.main([str(results)]) == 0
    header, index, *rows = capsys.readouterr().out.splitlines()
    assert header.split() == ["members", "member_accuracy", "ensemble_accuracy", "member_nll", "ensemble_nll"]
    assert index.split() == ["lr"]
    assert [row.split()[1:3] for row in rows] == [["3", "1.0000"], ["3", "1.0000"]]


def test_main_scores_one_ensemble(results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = tmp_path / "one.nc"
    with xr.open_dataset(results) as dataset:
        dataset.isel(lr=0).rename(seed="member").to_netcdf(one)
    assert score_ensemble.main([str(one), "--over", "member"]) == 0
    assert "1.0000" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.nc"], "there is no missing.nc"),
        (["RESULTS", "--over", "member"], "--over takes one of ['lr', 'seed']"),
    ],
)
def test_main_says_what_is_wrong(
    arguments: list[str], message: str, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        score_ensemble.main([argument.replace("RESULTS", str(results)) for argument in arguments])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_main_refuses_another_studys_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pi.nc"
    xr.Dataset({"pi": ("n", [3.1, 3.2])}).to_netcdf(path)
    with pytest.raises(SystemExit) as ended:
        score_ensemble.main([str(path)])
    assert ended.value.code == 2
    assert "holds no `probability`" in capsys.readouterr().err
