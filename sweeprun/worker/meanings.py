"""What expressions in the code of a task function stand for, as far as that can be known without running it."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any, Protocol

import numpy as np


class World(Protocol):
    """What the code runs in: the values that a config key has in the tasks."""

    def values(self, key: str) -> Sequence[int]:
        """The whole numbers that a key has, not all of them if there are many; none if it has others."""

    def has(self, key: str) -> bool:
        """Whether there is such a key."""

    def numbers(self) -> Sequence[int]:
        """The numbers of the tasks."""


class Meaning:
    """What an expression stands for; this one isn't known."""

    thing: Any = None
    """The object that it is, if it is one that the code names."""

    def attribute(self, name: str) -> "Meaning":
        """What one of its attributes stands for."""
        del name
        return UNKNOWN

    def item(self, key: object) -> "Meaning":
        """What one of its items stands for."""
        del key
        return UNKNOWN

    def seeds(self, world: World) -> tuple[Sequence[int], str]:
        """The whole numbers that it is in the tasks, and the key that they follow."""
        del world
        return (), ""


UNKNOWN = Meaning()


@dataclass(frozen=True)
class Thing(Meaning):
    """An object that the code names: a constant, a module, a function."""

    thing: Any

    def attribute(self, name: str) -> Meaning:
        if not isinstance(self.thing, ModuleType | type):
            return UNKNOWN
        found = vars(self.thing).get(name, sys.modules.get(f"{self.thing.__name__}.{name}"))
        return UNKNOWN if found is None else Thing(found)

    def seeds(self, world: World) -> tuple[Sequence[int], str]:
        del world
        is_number = isinstance(self.thing, int | np.integer) and not isinstance(self.thing, bool)
        return ((int(self.thing),) if is_number else ()), ""


@dataclass(frozen=True)
class Instance(Meaning):
    """An object of a class, of which nothing else is known."""

    kind: type

    def attribute(self, name: str) -> Meaning:
        found = next((vars(base)[name] for base in self.kind.__mro__ if name in vars(base)), None)
        return Method(found, self) if isinstance(found, FunctionType) else UNKNOWN


@dataclass(frozen=True)
class Method(Thing):
    """A function that is called with an object as its first argument."""

    owner: Meaning = UNKNOWN


@dataclass(frozen=True)
class Config(Meaning):
    """The config, or what a key of it has."""

    path: tuple[str, ...] = ()

    def attribute(self, name: str) -> Meaning:
        return Config((*self.path, name))

    def item(self, key: object) -> Meaning:
        return Config((*self.path, key)) if isinstance(key, str) else UNKNOWN

    def seeds(self, world: World) -> tuple[Sequence[int], str]:
        key = ".".join(self.path)
        return world.values(key), key


@dataclass(frozen=True)
class Task(Meaning):
    """The running task."""

    def attribute(self, name: str) -> Meaning:
        return Config() if name == "coordinates" else TaskNumber(name) if name in ("id", "stream") else UNKNOWN


@dataclass(frozen=True)
class TaskNumber(Meaning):
    """The number of the running task, or of its stream."""

    name: str

    def seeds(self, world: World) -> tuple[Sequence[int], str]:
        return world.numbers(), f"task.{self.name}"


@dataclass(frozen=True)
class Sum(Meaning):
    """What an operation makes of two seeds, of which one is a constant."""

    operation: Callable[[int, int], int]
    left: Meaning
    right: Meaning

    def seeds(self, world: World) -> tuple[Sequence[int], str]:
        (left, left_key), (right, right_key) = self.left.seeds(world), self.right.seeds(world)
        if left_key and right_key:
            return (), ""
        return [self.operation(one, other) for one in left for other in right], left_key or right_key
