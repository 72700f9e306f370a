"""Functions that make generators without a seed, and others that only look so."""

import copy
import os
import pickle
import random
import secrets
import tempfile
import uuid
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.random import default_rng
from omegaconf import OmegaConf
from scipy.stats import qmc
from sklearn.utils import check_random_state

of_system = random.SystemRandom()


def of_numpy() -> Any:
    return np.random.default_rng().normal()


def of_none(seed: Any = None) -> Any:
    return default_rng(seed).normal()


def of_bits() -> Any:
    return np.random.Generator(np.random.PCG64()).normal()


def of_legacy(seed: Any = None) -> Any:
    return np.random.RandomState(seed).normal() + np.random.RandomState().normal()


class Options:
    seed = None

    def __init__(self) -> None:
        self.given = 3


def of_attribute() -> Any:
    options = {"seed": None, "given": 3}
    cfg = OmegaConf.create(options)
    drawn = np.random.RandomState(Options().seed).normal() + np.random.RandomState(options["seed"]).normal()
    return drawn + np.random.RandomState(cfg.seed).normal() + np.random.RandomState(cfg.get("seed")).normal()


def of_attribute_with_seed() -> Any:
    options = {"seed": None, "given": 3}
    cfg = OmegaConf.create(options)
    drawn = np.random.RandomState(Options().given).normal() + np.random.RandomState(options["given"]).normal()
    drawn += np.random.RandomState(cfg.given).normal() + np.random.RandomState(cfg.get("none", 5)).normal()
    return drawn + PARTIAL_WITH_SEED().normal() + PARTIAL_LEGACY().normal()


PARTIAL = partial(np.random.default_rng)
PARTIAL_WITH_SEED = partial(np.random.default_rng, 3)
PARTIAL_LEGACY = partial(np.random.RandomState, 3)


@dataclass
class Made:
    rng: Any = field(default_factory=np.random.default_rng)


class Makes:
    make = staticmethod(np.random.default_rng)

    def __init__(self) -> None:
        self.made = self.make()


def of_factories() -> Any:
    return PARTIAL().normal() + Made().rng.normal() + Makes().made.normal()


def of_bytes_with_a_name() -> Any:
    drawn = os.urandom(4)
    name = os.urandom(4)
    return int.from_bytes(drawn, "little"), name.hex()


def of_python() -> Any:
    return random.Random().random()


def of_the_system() -> Any:
    return of_system.random() + random.SystemRandom().random()


def of_secrets() -> Any:
    return default_rng(secrets.randbits(64)).normal() + secrets.choice([1, 2, 3])


def of_bytes() -> Any:
    return int.from_bytes(os.urandom(4), "little") + uuid.uuid4().int


def of_a_library() -> Any:
    return qmc.Sobol(2).random(4)


def is_seeded() -> Any:
    drawn = default_rng(3).normal() + np.random.RandomState(5).normal() + np.random.RandomState(seed=2 + 3).normal()
    return drawn + random.Random(4).random() + check_random_state(5).normal() + np.random.Philox(key=3).random_raw()


def names_a_file() -> Any:
    with tempfile.TemporaryDirectory(), tempfile.NamedTemporaryFile():
        return f"{uuid.uuid4()}", os.urandom(4).hex(), secrets.token_hex(4)


def copies() -> Any:
    made = default_rng(3), random.Random(3), np.random.RandomState(3)
    return pickle.loads(pickle.dumps(made)), copy.deepcopy(made), made[0].spawn(2)


def seeds_later() -> Any:
    rng, python, legacy = default_rng(0), random.Random(1), None
    rng = np.random.default_rng()
    rng.bit_generator.state = default_rng(4).bit_generator.state
    python = random.Random()
    python.seed(5)
    legacy = np.random.RandomState()
    legacy.seed(5)
    return rng.random() + python.random() + legacy.random()


def need_not(rng: Any = None) -> Any:
    return (default_rng(3) if rng is None else default_rng()).random()
