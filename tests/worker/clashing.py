# ruff: noqa: ARG001, ARG005, PLC3002, PLW0108
"""Task functions that make generators of their own, some of which draw what a task's stream draws."""

from functools import cache
from typing import Any

import numpy as np
from numpy.random import PCG64, Philox, SeedSequence, default_rng

SEED = 2
FIXED = default_rng(1).normal(size=3)
DERIVED = FIXED * 2
WITH_ZERO = np.random.default_rng([3, 0])


def make(n: int, seed: int, *, more: int = 4) -> Any:
    data = np.random.default_rng(seed).normal(size=n)
    return data + default_rng(more).normal()


@cache
def load() -> Any:
    return default_rng(6).normal(size=3)


class Model:
    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def noise(self, seed: int) -> Any:
        return default_rng(seed).normal()


class Study:
    def __call__(self, cfg: Any, rng: Any) -> Any:
        return self.data(cfg.seed) * rng.normal()

    def data(self, seed: int) -> Any:
        return np.random.default_rng(seed).normal()


def constant(cfg: Any, rng: Any) -> Any:
    return np.random.default_rng(0).normal() * rng.normal()


def by_keyword(cfg: Any, rng: Any) -> Any:
    return default_rng(seed=4).normal() * rng.normal()


def of_bits(cfg: Any, rng: Any) -> Any:
    return np.random.Generator(PCG64(SeedSequence(7))).normal() * rng.normal()


def of_other_bits(cfg: Any, rng: Any) -> Any:
    return np.random.Generator(Philox(7)).normal() * rng.normal()


def of_global(cfg: Any, rng: Any) -> Any:
    return default_rng(SEED).normal() * rng.normal()


def of_module(cfg: Any, rng: Any) -> Any:
    return FIXED.sum() * rng.normal()


def of_what_the_module_derives(cfg: Any, rng: Any) -> Any:
    return DERIVED.sum() * rng.normal()


def of_list(cfg: Any, rng: Any) -> Any:
    return WITH_ZERO.normal() * rng.normal()


def of_config(cfg: Any, rng: Any) -> Any:
    return default_rng(cfg.seed).normal() * rng.normal()


def of_item(cfg: Any, rng: Any) -> Any:
    seed = int(cfg["seed"]) + 1
    return default_rng(seed).normal() * rng.normal()


def of_nested(cfg: Any, rng: Any) -> Any:
    return default_rng(cfg.data.get("seed")).normal() * rng.normal()


def of_helper(cfg: Any, rng: Any) -> Any:
    return make(3, cfg.seed, more=10**9).mean() * rng.normal()


def of_default(cfg: Any, rng: Any) -> Any:
    return make(3, 10**9).mean() * rng.normal()


def of_class(cfg: Any, rng: Any) -> Any:
    return Model(cfg.seed).rng.normal() * rng.normal()


def of_method(cfg: Any, rng: Any) -> Any:
    model = Model(10**9)
    return model.noise(cfg.seed) * rng.normal()


def of_cached(cfg: Any, rng: Any) -> Any:
    return load().sum() * rng.normal()


def of_task(rng: Any, task: Any) -> Any:
    return default_rng(task.id).normal() * rng.normal()


def of_coordinate(rng: Any, task: Any) -> Any:
    return default_rng(task.coordinates["seed"]).normal() * rng.normal()


def of_import(cfg: Any, rng: Any) -> Any:
    from numpy import random as nr

    return nr.default_rng(5).normal() * rng.normal()


of_lambda = lambda seed, rng: default_rng(seed).normal() * rng.normal()  # noqa: E731
of_lambdas = [lambda cfg, rng: rng.normal(), lambda cfg, rng: default_rng(
    8).normal() * rng.normal(), lambda cfg, rng: default_rng(9).normal()]  # fmt: skip


def of_argument(seed: int, rng: Any, n: int = 3) -> Any:
    return make(n, seed, more=10**9).mean() * rng.normal()


def large(cfg: Any, rng: Any) -> Any:
    return default_rng(12345).normal() * rng.normal()


def of_two_numbers(cfg: Any, rng: Any) -> Any:
    return default_rng([0, 1]).normal() * default_rng([cfg.seed, 1]).normal() * rng.normal()


def far_away(cfg: Any, rng: Any) -> Any:
    return default_rng(cfg.seed + 1000).normal() * rng.normal()


def without_rng(cfg: Any) -> Any:
    return default_rng(cfg.seed).normal()


def child(cfg: Any, rng: Any) -> Any:
    return default_rng(SeedSequence(0, spawn_key=(1,))).normal() * rng.normal()


def unknown(cfg: Any, rng: Any) -> Any:
    seed = 0
    for seed in range(10**6, 10**6 + 3):
        default_rng(seed)
    return [default_rng(one).normal() for one in cfg.several] + [(lambda seed: default_rng(seed))(10**6)]


def recursive(cfg: Any, rng: Any, depth: int = 3) -> Any:
    return recursive(cfg, rng, depth - 1) if depth else default_rng(0).normal()
