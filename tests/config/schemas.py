"""Structured configs for the tests; importable by name, as pickles need."""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any


class Color(Enum):
    RED = 1
    GREEN = 2


@dataclass
class Optimizer:
    rate: float = 0.1
    steps: int = 10
    color: Color = Color.RED


@dataclass
class Study:
    lr: float = 0.1
    seed: int = 0
    color: Color = Color.GREEN
    path: Path = Path("data/x")
    limit: int | None = None
    sizes: list[int] = field(default_factory=lambda: [1, 2])
    table: dict[str, float] = field(default_factory=lambda: {"a": 1.0})
    optimizer: Optimizer = field(default_factory=Optimizer)
    db: Any = None
    model: Any = None
    extra: Any = None
    nested: Any = None
    things: Any = None
    free: Any = None
    other: Any = None
    name: str | None = None
    twice: float = "${lr}"  # type: ignore[assignment]  # interpolation
    number: int = "${hydra:job.num}"  # type: ignore[assignment]
