"""Texts and numbers as a page shows them. What comes from a run may have been made by anybody."""

import math

import numpy as np

LONGEST_NAME = 120
LONGEST_MESSAGE = 4_000
LONGEST_TEXT = 20_000
LARGEST_WHOLE = 2**53
"""Beyond it, JavaScript's numbers leave whole ones out."""

LEAST_DIGITS, MOST_DIGITS = 6, 15
"""Of statistics: what a reader needs, and what is sure in their last digit."""


def shown(text: object, most: int = LONGEST_NAME) -> str:
    """A text of limited length, in which control characters and such that turn the direction of writing are told."""
    whole = str(text)
    cut = whole if len(whole) <= most else f"{whole[:most]} …"
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\u{ord(c):04x}" for c in cut)


def number(value: float) -> float | int | str | None:
    """A number as a page has it, without loss; None if it is none that JSON has.

    Whole numbers that JavaScript would round are texts.
    """
    if isinstance(value, int):
        return int(value) if abs(value) <= LARGEST_WHOLE else str(value)
    if not math.isfinite(value):
        return None
    return int(value) if value == int(value) and abs(value) < 1e15 else float(value)


def numbers(values: np.ndarray) -> tuple[float | int | str | None, ...]:
    """Many of them, in the order of the flattened array, each as its own type writes it."""
    flat = values.ravel()
    if flat.dtype.kind == "f" and flat.dtype.itemsize < 8:
        return tuple(number(float(str(value))) for value in flat)
    return tuple(map(number, flat.tolist()))


def rounded(values: np.ndarray, digits: int | np.ndarray) -> tuple[float | int | str | None, ...]:
    """Statistics, with so many significant digits, which may be different ones for each."""
    each = np.broadcast_to(digits, values.shape).ravel().tolist()
    return tuple(number(float(f"{value:.{most}g}")) for value, most in zip(values.ravel().tolist(), each, strict=True))


def digits_of(values: np.ndarray) -> int:
    """How many significant digits statistics of some values need: six of what is different in them."""
    finite = values[np.isfinite(values)].astype(float)
    if not finite.size:
        return LEAST_DIGITS
    with np.errstate(over="ignore", divide="ignore"):
        spread = float(finite.max() - finite.min())
        if not spread:
            return MOST_DIGITS
        common = np.ceil(np.log10(np.abs(finite).max() / spread))
    return LEAST_DIGITS + int(np.clip(common, 0, MOST_DIGITS - LEAST_DIGITS))


def float_texts(values: np.ndarray) -> list[str]:
    """Floats that stand side by side, with the digits that tell each from the next, and three more."""
    known = np.unique(values[np.isfinite(values)]).astype(float)
    digits = MOST_DIGITS
    if len(known) > 1:
        with np.errstate(over="ignore", divide="ignore"):
            apart = np.min(np.diff(known) / np.maximum(np.abs(known[1:]), np.abs(known[:-1])))
            digits = int(np.clip(np.ceil(-np.log10(apart)) + 3, LEAST_DIGITS, 17))
    return [f"{value:.{digits}g}" for value in values.tolist()]


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
