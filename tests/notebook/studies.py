"""Task functions that workers import by name."""

from typing import Any

import numpy as np


def noisy(lr: float, seed: int, rng: np.random.Generator, n: int = 3) -> dict[str, Any]:
    return {"x": lr * seed, "noise": rng.random(), "curve": ("step", np.arange(n))}
