"""What somebody asks for in Python: the launcher and the policy, how it is written down, and how errors are told."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import fields, is_dataclass
from typing import Any

from sweeprun.config.launching import Given
from sweeprun.display.streams import standard_streams
from sweeprun.errors import OverrideError, SweeprunError
from sweeprun.launchers.registry import OUR_LAUNCHERS
from sweeprun.wording import PYTHON, speaking

POLICY = ("retries", "retry_on", "timeout", "max_failures", "seed_globals")
"""What becomes of tasks that fail."""


def changes_of(launcher: Any, throttle: int | None, of_policy: Mapping[str, Any]) -> Given:
    """The launcher and the policy that somebody gave.

    Raises
    ------
    OverrideError
        If a launcher is neither a name nor options.
    """
    options = _options(launcher)
    name = options.pop("name", None)
    if throttle is not None:
        options["throttle"] = throttle
    policy = {key: own for key, own in of_policy.items() if own is not None}
    if (names := policy.get("retry_on")) is not None:
        policy["retry_on"] = _names(names)
    return Given(name=name, options=options, of_policy=policy)


def _names(given: Any) -> list[Any]:
    """Names of exceptions: one, or several."""
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        given = [given]
    names = list(given)
    if wrong := [name for name in names if not (isinstance(name, str) and name)]:
        raise OverrideError(f"retry_on has {wrong[0]!r}; give names of exceptions, such as ['ValueError', 'LOST']")
    return names


def _options(launcher: Any) -> dict[str, Any]:
    if launcher is None:
        return {}
    if isinstance(launcher, str):
        return {"name": launcher}
    if is_dataclass(launcher) and not isinstance(launcher, type):
        return {own.name: getattr(launcher, own.name) for own in fields(launcher)}
    if isinstance(launcher, Mapping):
        return dict(launcher)
    raise OverrideError(
        f"launcher is {launcher!r}; give {', '.join(map(repr, OUR_LAUNCHERS))}, or options with the name: "
        f"{{'name': {OUR_LAUNCHERS[0]!r}, 'throttle': 4}}"
    )


@contextmanager
def in_python() -> Iterator[None]:
    """Messages are in words of Python, and errors show none of the frames in here that lead to them.

    What can't be written meanwhile, as its reader is gone, stops nothing.
    """
    with speaking(PYTHON), standard_streams():
        try:
            yield
        except SweeprunError as error:
            if os.environ.get("HYDRA_FULL_ERROR") == "1":
                raise
            raise copy(error) from None  # contextlib gives the same one its traceback back


def trusts(trust: Any, values: dict[str, Any]) -> bool:
    """Whether a call says that a run is trusted; what is no truth value is for an axis of that name."""
    if isinstance(trust, bool):
        return trust
    values["trust"] = trust
    return False
