"""Options of statistics that are one of a few names."""

from enum import Enum
from typing import TypeVar

from sweeprun.errors import UsageError

Choice = TypeVar("Choice", bound=Enum)


def choice(choices: type[Choice], text: str, option: str) -> Choice:
    """The one of a name.

    Parameters
    ----------
    choices
        All there are, by their names.
    text
        The name.
    option
        What it was given as, in the words of a terminal.

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
