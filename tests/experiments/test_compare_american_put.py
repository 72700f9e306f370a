from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from experiments import compare_american_put
from experiments.compare_american_put import PUBLISHED, published

AXES = ("spot", "volatility", "maturity")


def results_around(shift: float) -> xr.Dataset:
    """Ensembles of three members, of which the middle one is the published price and a shift."""
    table = published()
    members = xr.DataArray([-0.01, 0.0, 0.01], dims="member", coords={"member": [0, 1, 2]})
    price = table["simulated"] + shift + members
    error = xr.full_like(price, 0.02)
    return xr.Dataset({"price": price, "standard_error": error, "paired_standard_error": error / 2})


def test_the_published_table_is_placed_by_its_labels() -> None:
    table = published()
    assert table.sizes == {"spot": 5, "volatility": 2, "maturity": 2}
    for (spot, volatility, maturity), row in PUBLISHED.items():
        cell = table.sel(spot=spot, volatility=volatility, maturity=maturity)
        assert [float(cell[name]) for name in table.data_vars] == list(row)


def test_differences_are_in_units_of_both_errors_combined() -> None:
    table = compare_american_put.compare(results_around(0.03))
    np.testing.assert_allclose(table["difference"], 0.03)
    np.testing.assert_allclose(table["spread"], 0.01)
    np.testing.assert_allclose(table["z"], 0.03 / np.sqrt(0.01**2 + 0.01**2 / 3))
    np.testing.assert_allclose(table["z_printed"], 0.03 / np.sqrt(table["simulated_se"] ** 2 + 0.01**2 / 3))


def test_missing_members_and_unknown_options_are_left_out() -> None:
    results = results_around(0.0)
    results["price"][{"spot": 0, "volatility": 0, "maturity": 0, "member": 2}] = np.nan
    table = compare_american_put.compare(results.assign_coords(spot=[36, 38, 40, 42, 50]))
    assert list(table["spot"].values) == [36, 38, 40, 42]
    first = table.isel(spot=0, volatility=0, maturity=0)
    assert float(first["difference"]) == pytest.approx(-0.005)


def test_main_prints_a_row_for_each_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "results of mine.nc"
    results_around(0.0).to_netcdf(path)
    assert compare_american_put.main([str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split()[:5] == ["36", "0.2", "1", "4.478", "3.844"]
    assert lines[-2:] == [
        "chi-square of 20 differences, by the printed standard errors: 0.0",
        "chi-square of 20 differences, by the spread over members: 0.0",
    ]


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (None, "there is no"),
        (xr.Dataset({"price": ("spot", [4.4])}, {"spot": [36]}), "holds no axis 'volatility'"),
        (xr.Dataset({"pi": ((*AXES, "member"), np.zeros((1, 1, 1, 1)))}), "holds no `price`"),
        (results_around(0.0).assign_coords(spot=[1, 2, 3, 4, 5]), "holds none of the options"),
    ],
)
def test_main_says_what_is_wrong(
    dataset: xr.Dataset | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "results.nc"
    if dataset is not None:
        dataset.to_netcdf(path)
    with pytest.raises(SystemExit) as ended:
        compare_american_put.main([str(path)])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
