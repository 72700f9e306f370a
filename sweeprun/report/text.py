"""Texts and numbers as a page shows them. What comes from a run may have been made by anybody."""

import math
from typing import Any

LONGEST_NAME = 120
LONGEST_MESSAGE = 4_000
LONGEST_TEXT = 20_000


def shown(text: object, most: int = LONGEST_NAME) -> str:
    """A text of limited length, in which control characters and such that turn the direction of writing are told."""
    whole = str(text)
    cut = whole if len(whole) <= most else f"{whole[:most]} …"
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\u{ord(c):04x}" for c in cut)


def number(value: Any) -> float | int | None:
    """A number with as many digits as a picture needs; None if it is none that JSON has."""
    value = float(value)
    if not math.isfinite(value):
        return None
    return int(value) if value == int(value) and abs(value) < 1e15 else float(f"{value:.6g}")


def numbers(values: Any) -> tuple[float | int | None, ...]:
    """Many of them, in the order of the flattened array."""
    return tuple(map(number, values.ravel().tolist()))


def span(seconds: float | None) -> str:
    """A time span for people."""
    if seconds is None or not math.isfinite(seconds):
        return "unknown"
    if abs(seconds) < 1:
        return f"{seconds * 1000:.3g} ms"
    if abs(seconds) < 120:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def count(amount: int, thing: str) -> str:
    """How many there are of a thing: ``1 task``, ``12,000 tasks``."""
    return f"{amount:,} {thing}" if amount == 1 else f"{amount:,} {thing}s"
