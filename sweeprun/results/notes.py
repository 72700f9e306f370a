"""What collecting did to results that the user may not expect, and that is no error."""

from dataclasses import dataclass
from enum import Enum


class NoteKind(Enum):
    """What a note is about."""

    ATTRIBUTES = "attributes"
    LABELS = "labels"
    GROUPS = "groups"
    DIMENSIONS = "dimensions"
    SECRETS = "secrets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing to say of a collected run.

    Attributes
    ----------
    kind
        What it is about.
    name
        The variable or dimension; empty if it is the whole.
    text
        One sentence.
    """

    kind: NoteKind
    name: str
    text: str
