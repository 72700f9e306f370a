"""Functions of `os` that fail as the system can make them fail."""

import os
import stat
from collections.abc import Callable
from typing import Any

import pytest


def error(number: int) -> OSError:
    """What the system says with an error number."""
    return OSError(number, os.strerror(number))


def fail(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    number: int,
    when: Callable[..., bool] = lambda *_: True,
    times: int = -1,
) -> list[tuple[Any, ...]]:
    """Let a function of `os` fail with an error number.

    Parameters
    ----------
    monkeypatch
        Undoes it.
    name, number
        The function, and the error.
    when
        Is asked with the arguments of each call whether it fails.
    times
        How often at most; by default always.

    Returns
    -------
    list
        The arguments of the calls that have failed.
    """
    real = getattr(os, name)
    failed: list[tuple[Any, ...]] = []

    def call(*arguments: Any, **options: Any) -> Any:
        if len(failed) != times and when(*arguments):
            failed.append(arguments)
            raise error(number)
        return real(*arguments, **options)

    monkeypatch.setattr(os, name, call)
    return failed


def is_directory(descriptor: int) -> bool:
    return stat.S_ISDIR(os.fstat(descriptor).st_mode)


def is_file(descriptor: int, *_: Any) -> bool:
    return stat.S_ISREG(os.fstat(descriptor).st_mode)
