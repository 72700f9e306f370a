"""A deep ensemble on handwritten digits: networks that differ only in their random stream.

Each has one hidden layer and is trained in plain NumPy on the UCI digits that scikit-learn ships. The images
are split once and for all, so the predictions of many tasks can be averaged and the average be scored, which
`experiments.score_ensemble` does.
"""

from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from omegaconf import DictConfig

__all__ = ["Digits", "accuracy", "load", "negative_log_likelihood", "train"]

Floats = NDArray[np.floating]
Labels = NDArray[np.int64]


class Digits(NamedTuple):
    """Images, each a row of 64 pixels from 0 to 1, and the digits that they show."""

    images: Floats
    labels: Labels


def train(cfg: DictConfig, rng: np.random.Generator) -> dict[str, Any]:
    """Train a network by stochastic gradient descent with momentum, testing it after each epoch.

    Parameters
    ----------
    cfg
        ``hidden`` (units), ``epochs``, ``batch_size``, ``lr`` (learning rate) and ``momentum``.
    rng
        The task's own random stream; the initial weights and the order of the images come from it.

    Returns
    -------
    dict
        Learning curves over ``epoch``, the final accuracy and mean negative log-likelihood on the test
        images, and the ``probability`` that the network gives each ``digit`` for each test ``image``.
    """
    training, test = load()
    weights = initial_weights(training.images.shape[1], cfg.hidden, 10, rng=rng)
    velocities = [np.zeros_like(weight) for weight in weights]
    train_loss, test_loss = [], []
    for _ in range(cfg.epochs):
        order = rng.permutation(len(training.labels))
        for start in range(0, len(order), cfg.batch_size):
            batch = order[start : start + cfg.batch_size]
            slopes = gradients(weights, Digits(training.images[batch], training.labels[batch]))
            for weight, velocity, slope in zip(weights, velocities, slopes, strict=True):
                velocity *= cfg.momentum
                velocity -= cfg.lr * slope
                weight += velocity
        train_loss.append(negative_log_likelihood(predict(weights, training.images), training.labels))
        test_loss.append(negative_log_likelihood(predict(weights, test.images), test.labels))
    probability = predict(weights, test.images)
    return {
        "train_loss": ("epoch", np.array(train_loss)),
        "test_loss": ("epoch", np.array(test_loss)),
        "test_accuracy": accuracy(probability, test.labels),
        "negative_log_likelihood": negative_log_likelihood(probability, test.labels),
        "probability": (("image", "digit"), probability),
    }


@cache
def load() -> tuple[Digits, Digits]:
    """Load the training and the test images: the same in every task, every fourth one is a test image."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    images = (pixels / 16).astype(np.float32)
    test = np.arange(len(labels)) % 4 == 0
    return Digits(images[~test], labels[~test]), Digits(images[test], labels[test])


def accuracy(probability: Floats, labels: Labels) -> float:
    """Compute the share of images whose most probable digit is the right one."""
    return float(np.mean(probability.argmax(axis=-1) == labels))


def negative_log_likelihood(probability: Floats, labels: Labels) -> float:
    """Compute the mean of minus the logarithm of the probability that the right digit was given."""
    right = probability[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(right, 1e-12)).mean())


def initial_weights(*widths: int, rng: np.random.Generator) -> list[Floats]:
    """Draw each layer's weights as He et al. (2015) do, and set its biases to zero."""
    weights: list[Floats] = []
    for inputs, outputs in pairwise(widths):
        scale = np.float32(np.sqrt(2 / inputs))
        weights.append(scale * rng.standard_normal((inputs, outputs), dtype=np.float32))
        weights.append(np.zeros(outputs, dtype=np.float32))
    return weights


def predict(weights: list[Floats], images: Floats) -> Floats:
    """Compute the probability of each digit for each image."""
    _, probability = forward(weights, images)
    return probability


def forward(weights: list[Floats], images: Floats) -> tuple[Floats, Floats]:
    """Compute the hidden layer (rectified linear units) and the output (softmax)."""
    w1, b1, w2, b2 = weights
    hidden = np.maximum(images @ w1 + b1, 0)
    scores = hidden @ w2 + b2
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return hidden, exponentials / exponentials.sum(axis=-1, keepdims=True)


def gradients(weights: list[Floats], batch: Digits) -> list[Floats]:
    """Differentiate the mean negative log-likelihood of a batch by each array of weights."""
    hidden, error = forward(weights, batch.images)
    error[np.arange(len(batch.labels)), batch.labels] -= 1
    error /= len(batch.labels)
    back = (error @ weights[2].T) * (hidden > 0)
    return [batch.images.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)]
