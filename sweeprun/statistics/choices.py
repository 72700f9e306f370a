"""Options of statistics: one of a few names, or a number of the right type."""

from collections.abc import Sequence
from enum import Enum
from numbers import Real
from typing import Any, TypeVar

import numpy as np

from sweeprun.errors import UsageError
from sweeprun.wording import Option, flag

Choice = TypeVar("Choice", bound=Enum)


def choice(choices: type[Choice], text: str, option: Option) -> Choice:
    """The one of a name.

    Parameters
    ----------
    choices
        All there are, by their names.
    text
        The name.
    option
        What it was given as.

    Raises
    ------
    UsageError
        If none has this name.
    """
    try:
        return choices(text)
    except ValueError:
        names = ", ".join(str(one.value) for one in choices)
        raise UsageError(f"{option} is {text!r}; take one of {names}") from None


def is_number(value: Any) -> bool:
    """Whether a value that the user gave is a real number, and not true or false."""
    return isinstance(value, Real) and not isinstance(value, bool)


def is_count(value: Any) -> bool:
    """Whether a value that the user gave is a whole number, and not true or false."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def check_seed(seed: Any) -> None:
    """Refuse a seed that is no whole number from 0.

    Raises
    ------
    UsageError
        If it isn't.
    """
    if not isinstance(seed, int | np.integer) or seed is True or seed < 0:
        raise UsageError(f"{flag('seed')} is {seed!r}; it must be a whole number of at least 0")


def check_probabilities(probabilities: Sequence[Any]) -> None:
    """Refuse quantiles that are no numbers between 0 and 1, or that are there twice.

    Raises
    ------
    UsageError
        If one is.
    """
    for place, one in enumerate(probabilities):
        if not is_number(one) or not 0 < one < 1:
            shown = f"{one:g}" if is_number(one) else repr(one)
            raise UsageError(f"{flag('quantiles')} has {shown}; a quantile lies between 0 and 1, such as 0.5")
        if one in probabilities[:place]:
            raise UsageError(f"{flag('quantiles')} has {one:g} twice; name each once")
