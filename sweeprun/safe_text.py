"""What is shown on a terminal: text out of a run may have been made by anybody."""

import json
import re
import shlex
from typing import Any

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but for newlines and tabs, what changes the direction of writing, and surrogates."""

_NOT_ASCII = re.compile("[^\x00-\x7f]+")

_LONGEST_MESSAGE = 4000


def plain(text: object) -> str:
    """A text with control characters, of which terminals take orders, written out."""
    return _CONTROL.sub(lambda found: _written(ord(found[0])), str(text))


def plain_message(text: object) -> str:
    """The same of a message, which isn't longer than a screen."""
    shown = plain(text)
    return shown if len(shown) <= _LONGEST_MESSAGE else f"{shown[:_LONGEST_MESSAGE]} …"


def one_line(text: object) -> str:
    """A text as one line, with newlines written out: a value that holds some can't look like lines of ours."""
    return plain(text).replace("\n", "\\n").replace("\t", "\\t")


def plain_line(text: object) -> str:
    """The same, and no longer than a screen."""
    return one_line(plain_message(text))


def quoted(path: str) -> str:
    """A path as a word that can be typed in a shell, on one line."""
    if one_line(path) == path:
        return shlex.quote(path)
    escaped = path.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t")
    return "$'" + _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped) + "'"


def plain_json(data: Any) -> str:
    """JSON that can be printed: read back, it is the same text."""
    text = json.dumps(data, indent=1, ensure_ascii=False, default=str)
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_escaped(text: str) -> str:
    """A text in ASCII: other characters as JSON writes them out, which people can read, too."""
    return _NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _written(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
