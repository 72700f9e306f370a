"""Tables of the complaints that a scheduler's programs are known to make: what each means, and what to do about it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Complaint:
    """A known wording, what to do about it, and whether it may pass by itself.

    What is said may name ``{option}``: the part of the wording that a named group of the pattern found.
    """

    pattern: re.Pattern[str]
    advice: str
    passing: bool = False


def complaints(*, passing: bool, advice: Mapping[str, str]) -> list[Complaint]:
    """A part of a table: pattern -> advice, for wordings of which all, or none, may pass."""
    return [Complaint(re.compile(pattern, re.IGNORECASE), text, passing) for pattern, text in advice.items()]


def first_match(table: Iterable[Complaint], said: str) -> tuple[Complaint, str] | None:
    """The first complaint of a table that is in what was said, and what its named groups found there."""
    for complaint in table:
        if found := complaint.pattern.search(said):
            return complaint, "".join(name or "" for name in found.groupdict().values())
    return None
