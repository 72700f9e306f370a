import numpy as np
import pytest
from omegaconf import OmegaConf

from experiments.pi import estimate


def test_a_million_points_give_pi_to_four_standard_errors() -> None:
    n = 1_000_000
    result = estimate(OmegaConf.create({"n": n}), np.random.default_rng(0))
    standard_error = 4 * np.sqrt(np.pi / 4 * (1 - np.pi / 4) / n)
    assert abs(result["pi"] - np.pi) < 4 * standard_error
    assert result["error"] == pytest.approx(result["pi"] - np.pi)


def test_the_same_stream_gives_the_same_estimate() -> None:
    cfg = OmegaConf.create({"n": 100})
    assert estimate(cfg, np.random.default_rng(7)) == estimate(cfg, np.random.default_rng(7))
    assert estimate(cfg, np.random.default_rng(7)) != estimate(cfg, np.random.default_rng(8))


def test_one_point_is_enough() -> None:
    assert estimate(OmegaConf.create({"n": 1}), np.random.default_rng(0))["pi"] in {0.0, 4.0}
