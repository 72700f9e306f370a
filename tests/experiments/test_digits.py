from typing import Any

import numpy as np
import pytest
from omegaconf import DictConfig, OmegaConf

from experiments import digits


def config(**changes: Any) -> DictConfig:
    small = {"lr": 0.1, "seed": 0, "hidden": 16, "epochs": 3, "batch_size": 32, "momentum": 0.9}
    return OmegaConf.create(small | changes)


def test_the_same_stream_gives_the_same_network_to_the_bit() -> None:
    first = digits.train(config(), np.random.default_rng(3))
    again = digits.train(config(), np.random.default_rng(3))
    other = digits.train(config(), np.random.default_rng(4))
    np.testing.assert_array_equal(first["probability"][1], again["probability"][1])
    np.testing.assert_array_equal(first["train_loss"][1], again["train_loss"][1])
    assert not np.array_equal(first["probability"][1], other["probability"][1])


def test_the_seed_is_a_label_and_seeds_nothing() -> None:
    one = digits.train(config(seed=1), np.random.default_rng(3))
    two = digits.train(config(seed=2), np.random.default_rng(3))
    np.testing.assert_array_equal(one["probability"][1], two["probability"][1])


def test_training_leaves_the_split_alone() -> None:
    training, test = digits.load()
    copies = [array.copy() for array in (*training, *test)]
    digits.train(config(epochs=1), np.random.default_rng(0))
    digits.load.cache_clear()
    for before, now in zip(copies, [*digits.load()[0], *digits.load()[1]], strict=True):
        np.testing.assert_array_equal(before, now)


def test_the_split_uses_every_image_once() -> None:
    training, test = digits.load()
    assert (len(training.labels), len(test.labels)) == (1347, 450)
    assert training.images.dtype == test.images.dtype == np.float32
    assert 0 <= training.images.min() < training.images.max() <= 1
    assert set(training.labels) == set(test.labels) == set(range(10))


def test_a_trained_network_reads_digits() -> None:
    result = digits.train(config(hidden=32, epochs=10), np.random.default_rng(0))
    assert result["test_accuracy"] > 0.93
    assert result["negative_log_likelihood"] < 0.3
    dims, probability = result["probability"]
    assert dims == ("image", "digit")
    assert probability.dtype == np.float32
    np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-5)
    labels = digits.load()[1].labels
    assert result["test_accuracy"] == digits.accuracy(probability, labels)
    assert result["negative_log_likelihood"] == result["test_loss"][1][-1]


def test_the_learning_curves_have_a_point_per_epoch() -> None:
    result = digits.train(config(epochs=5), np.random.default_rng(0))
    for name in ("train_loss", "test_loss"):
        dim, curve = result[name]
        assert dim == "epoch"
        assert curve.shape == (5,)
        assert curve[-1] < curve[0]


def test_the_gradients_are_those_of_the_loss() -> None:
    rng = np.random.default_rng(0)
    batch = digits.Digits(rng.random((7, 5)), rng.integers(0, 4, size=7))
    weights = [array.astype(np.float64) for array in digits.initial_weights(5, 6, 4, rng=rng)]
    slopes = digits.gradients(weights, batch)
    step = 1e-6
    for weight, slope in zip(weights, slopes, strict=True):
        for index in np.ndindex(weight.shape):
            losses = []
            for sign in (1, -1):
                weight[index] += sign * step
                probability = digits.predict(weights, batch.images)
                losses.append(digits.negative_log_likelihood(probability, batch.labels))
                weight[index] -= sign * step
            assert slope[index] == pytest.approx((losses[0] - losses[1]) / (2 * step), abs=1e-6)


def test_scores_of_known_predictions() -> None:
    probability = np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]])
    assert digits.accuracy(probability, np.array([0, 2])) == 0.5
    assert digits.negative_log_likelihood(probability, np.array([0, 1])) == pytest.approx(np.log(2) / 2)
    assert np.isfinite(digits.negative_log_likelihood(probability, np.array([0, 0])))
