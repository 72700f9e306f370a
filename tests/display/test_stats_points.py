"""Points of statistics by their labels."""

import math

import numpy as np

from sweeprun.display.stats_points import apart, known, merged, points_of
from tests.display.ensembles import dataset


def test_a_point_has_the_labels_of_all_its_axes_the_last_one_varies_fastest() -> None:
    assert points_of(["lr", "seed"], dataset(members=2)) == [
        {"lr": 0.0, "seed": 0}, {"lr": 0.0, "seed": 1}, {"lr": 0.25, "seed": 0}, {"lr": 0.25, "seed": 1}
    ]  # fmt: skip
    assert points_of([], dataset()) == [{}]


def test_axes_that_move_together_are_all_named_beside_their_number() -> None:
    data = dataset().assign_coords(width=("lr", [64, 128]), task=("seed", np.arange(4)))
    assert points_of(["lr"], data)[1] == {"lr": 0.25, "width": 128}
    assert points_of(["lr"], data.drop_vars("lr"))[1] == {"lr": 1, "width": 128}


def test_an_axis_that_has_the_name_of_something_told_is_renamed() -> None:
    assert apart({"n": 3, "lr": 1}, ["n"]) == {"axis_n": 3, "lr": 1}
    assert merged({"n": 3, "lr": 1}, {"n": 20}) == {"axis_n": 3, "lr": 1, "n": 20}


def test_json_has_null_for_what_is_not_finite() -> None:
    assert [known(value) for value in (0.5, math.nan, math.inf)] == [0.5, None, None]
