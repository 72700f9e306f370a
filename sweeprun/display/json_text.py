"""JSON on standard output."""

import codecs
import sys
from typing import Any

from sweeprun.safe_text import json_escaped, plain_json


def print_json(data: Any) -> None:
    """Print JSON; where standard output is not UTF-8, which JSON is, in ASCII."""
    text = plain_json(data)
    print(text if _is_utf8(sys.stdout.encoding) else json_escaped(text), flush=True)


def _is_utf8(encoding: str | None) -> bool:
    """Whether an encoding is UTF-8; so is that of a stream without any, which takes texts as they are."""
    return encoding is None or codecs.lookup(encoding).name == "utf-8"
