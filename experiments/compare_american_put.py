"""Compare the prices of `experiments.american_put` with Table 1 of Longstaff and Schwartz (2001).

::

    python -m experiments.compare_american_put results.nc
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

__all__ = ["PUBLISHED", "compare", "main", "published"]

_AXES = ("spot", "volatility", "maturity")

PUBLISHED = {
    (36, 0.2, 1): (4.478, 3.844, 4.472, 0.010),
    (36, 0.2, 2): (4.840, 3.763, 4.821, 0.012),
    (36, 0.4, 1): (7.101, 6.711, 7.091, 0.020),
    (36, 0.4, 2): (8.508, 7.700, 8.488, 0.024),
    (38, 0.2, 1): (3.250, 2.852, 3.244, 0.009),
    (38, 0.2, 2): (3.745, 2.991, 3.735, 0.011),
    (38, 0.4, 1): (6.148, 5.834, 6.139, 0.019),
    (38, 0.4, 2): (7.670, 6.979, 7.669, 0.022),
    (40, 0.2, 1): (2.314, 2.066, 2.313, 0.009),
    (40, 0.2, 2): (2.885, 2.356, 2.879, 0.010),
    (40, 0.4, 1): (5.312, 5.060, 5.308, 0.018),
    (40, 0.4, 2): (6.920, 6.326, 6.921, 0.022),
    (42, 0.2, 1): (1.617, 1.465, 1.617, 0.007),
    (42, 0.2, 2): (2.212, 1.841, 2.206, 0.010),
    (42, 0.4, 1): (4.582, 4.379, 4.588, 0.017),
    (42, 0.4, 2): (6.248, 5.736, 6.243, 0.021),
    (44, 0.2, 1): (1.110, 1.017, 1.118, 0.007),
    (44, 0.2, 2): (1.690, 1.429, 1.675, 0.009),
    (44, 0.4, 1): (3.948, 3.783, 3.957, 0.017),
    (44, 0.4, 2): (5.647, 5.202, 5.622, 0.021),
}
"""Spot, volatility, maturity -> finite difference, European, simulated, its standard error: Table 1 of the paper.

Strike 40, rate 0.06, 50 dates a year, one simulation of 100,000 paths (50,000 plus 50,000 antithetic).
"""


_FORMATS = {
    "finite_difference": ".3f",
    "european": ".3f",
    "simulated": ".3f",
    "simulated_se": ".3f",
    "price": ".4f",
    "spread": ".4f",
    "naive_se": ".4f",
    "paired_se": ".4f",
    "difference": "+.4f",
    "z_printed": "+.2f",
    "z": "+.2f",
}
"""The columns of the comparison, and how they are printed."""


def published() -> xr.Dataset:
    """`PUBLISHED` along ``spot``, ``volatility`` and ``maturity``."""
    axes = [np.array(sorted({key[i] for key in PUBLISHED})) for i in range(3)]
    table = np.array(list(PUBLISHED.values())).reshape(*map(len, axes), 4)
    names = ("finite_difference", "european", "simulated", "simulated_se")
    variables = {name: (_AXES, table[..., i]) for i, name in enumerate(names)}
    return xr.Dataset(variables, dict(zip(_AXES, axes, strict=True)))


def compare(results: xr.Dataset) -> xr.Dataset:
    """Compare ensembles of prices with the published ones.

    Parameters
    ----------
    results
        What was collected: ``price``, ``standard_error`` and ``paired_standard_error`` along spot, volatility, maturity
        and ``member``. Members that are missing are left out, as are prices that the paper doesn't have.

    Returns
    -------
    xarray.Dataset
        Along spot, volatility and maturity: the published columns; ``price``, the mean over members; ``spread``, the
        standard deviation over members, which is the true standard error of one simulation; ``naive_se`` and
        ``paired_se``, what the members' paths say of it; ``z_printed``, the difference to the simulated price in units
        of the printed standard error combined with the mean's own, and ``z``, in units of the spread combined with it.
    """
    table, results = xr.align(published(), results, join="inner")
    price, members = results["price"].mean("member"), results["price"].notnull().sum("member")
    spread = results["price"].std("member", ddof=1)
    own = spread**2 / members
    difference = price - table["simulated"]
    return table.assign(
        price=price,
        spread=spread,
        naive_se=results["standard_error"].mean("member"),
        paired_se=results["paired_standard_error"].mean("member"),
        difference=difference,
        z_printed=difference / np.sqrt(table["simulated_se"] ** 2 + own),
        z=difference / np.sqrt(spread**2 + own),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the prices in a file of results beside the published ones."""
    parser = argparse.ArgumentParser(prog="compare_american_put", description=main.__doc__)
    parser.add_argument("results", type=Path, help="what `sweeprun collect` wrote, .nc or .zarr")
    options = parser.parse_args(arguments)
    if not options.results.exists():
        parser.error(f"there is no {options.results}: run the sweep, then `sweeprun collect`")
    with xr.open_dataset(options.results) as results:
        missing = [name for name in (*_AXES, "member") if name not in results.dims]
        if missing or "price" not in results:
            wanted = f"no axis {missing[0]!r}" if missing else "no `price`"
            parser.error(f"{options.results} holds {wanted}: is it from another study?")
        table = compare(results.load())
    if not table["price"].size:
        parser.error(f"{options.results} holds none of the options of the paper's Table 1")
    frame = table.to_dataframe(dim_order=list(_AXES))[list(_FORMATS)]
    print(frame.to_string(formatters={name: f"{{:{form}}}".format for name, form in _FORMATS.items()}))
    for name, what in (("z_printed", "by the printed standard errors"), ("z", "by the spread over members")):
        known = frame[name].dropna()
        print(f"chi-square of {len(known)} differences, {what}: {float((known**2).sum()):.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
