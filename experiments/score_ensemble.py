"""Score a deep ensemble's mean prediction against its average member.

::

    python -m experiments.score_ensemble results.nc
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from experiments import digits

__all__ = ["main", "score"]


def score(probability: xr.DataArray, labels: xr.DataArray, *, over: str = "seed") -> xr.Dataset:
    """Score the members of an ensemble and their mean prediction.

    Parameters
    ----------
    probability
        What each member predicts, along ``image`` and ``digit``. Members that are missing are left out.
    labels
        The true digit of each ``image``.
    over
        The dimension that tells the members of one ensemble apart.

    Returns
    -------
    xarray.Dataset
        Accuracy and negative log-likelihood (nll), averaged over the members and of their mean prediction,
        along all other dimensions of ``probability``.
    """
    members = grade(probability, labels).mean(over)
    ensemble = grade(probability.mean(over), labels)
    return xr.Dataset(
        {
            "members": probability.notnull().all(["image", "digit"]).sum(over),
            "member_accuracy": members["accuracy"],
            "ensemble_accuracy": ensemble["accuracy"],
            "member_nll": members["nll"],
            "ensemble_nll": ensemble["nll"],
        }
    )


def grade(probability: xr.DataArray, labels: xr.DataArray) -> xr.Dataset:
    """Compute accuracy and negative log-likelihood over the images, NaN where there is no prediction."""
    right = probability.isel(digit=labels)
    hit = (right == probability.max("digit")).where(right.notnull())
    return xr.Dataset({"accuracy": hit, "nll": -np.log(right.clip(min=1e-12))}).mean("image")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the scores of the ensembles in a file of results, one for each combination of the other axes."""
    parser = argparse.ArgumentParser(prog="score_ensemble", description=main.__doc__)
    parser.add_argument("results", type=Path, help="what `sweeprun collect` wrote, .nc or .zarr")
    parser.add_argument("--over", default="seed", metavar="AXIS", help="the members' axis (default: seed)")
    options = parser.parse_args(arguments)
    if not options.results.exists():
        parser.error(f"there is no {options.results}: run the sweep, then `sweeprun collect`")
    with xr.open_dataset(options.results) as results:
        if "probability" not in results:
            parser.error(f"{options.results} holds no `probability`: is it from another study?")
        probability = results["probability"]
        axes = [str(dim) for dim in probability.dims if dim not in {"image", "digit"}]
        if options.over not in axes:
            parser.error(f"no axis {options.over!r} in {options.results}: --over takes one of {axes}")
        _, test = digits.load()
        scores = score(probability, xr.DataArray(test.labels, dims="image"), over=options.over)
    table = scores.to_dataframe() if scores.sizes else scores.expand_dims(ensemble=[0]).to_dataframe()
    print(table.to_string(float_format="{:.4f}".format))
    return 0


if __name__ == "__main__":
    sys.exit(main())
