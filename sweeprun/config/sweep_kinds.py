"""What the value of an override asks for: the one place that tells Hydra's types of sweeps, and ours, apart."""

from enum import Enum
from typing import Any

from hydra.core.override_parser.types import ChoiceSweep, Glob, IntervalSweep, RangeSweep, ValueType

from sweeprun.config.grammar import ZipSweep


class SweepKind(Enum):
    """What a value asks for."""

    ONE = "a value that is the same in all tasks"
    LISTED = "values one by one"
    RANGE = "a range of numbers, maybe shuffled"
    MATCHING = "files, or options of a config group, whose names match a pattern"
    DRAWN = "numbers from an interval or a distribution"
    TOGETHER = "several keys that move together"


_KINDS: tuple[tuple[type, SweepKind, ValueType], ...] = (
    (ZipSweep, SweepKind.TOGETHER, ValueType.CHOICE_SWEEP),  # before what it is derived from
    (ChoiceSweep, SweepKind.LISTED, ValueType.CHOICE_SWEEP),
    (RangeSweep, SweepKind.RANGE, ValueType.RANGE_SWEEP),
    (Glob, SweepKind.MATCHING, ValueType.GLOB_CHOICE_SWEEP),
    (IntervalSweep, SweepKind.DRAWN, ValueType.INTERVAL_SWEEP),
    (object, SweepKind.ONE, ValueType.ELEMENT),
)
"""The type of a value, what that asks for, and what Hydra's parser calls it."""


def kind_of(value: Any) -> SweepKind:
    """What the value of a parsed override asks for."""
    return next(kind for type_, kind, _ in _KINDS if isinstance(value, type_))


def value_type_of(value: Any) -> ValueType:
    """What Hydra's parser calls a value of an override."""
    return next(name for type_, _, name in _KINDS if isinstance(value, type_))
