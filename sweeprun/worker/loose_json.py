"""JSON as programs print it: NaN and infinities as C, awk, R or Fortran write them, which JSON itself doesn't have."""

import json
import re
from typing import Any

_TEXT_OR_NUMBER = re.compile(
    r'"(?:\\.|[^"\\])*"|(?<![\w.])(?P<sign>[+-]?)(?:(?P<nan>nan(?:\(\w*\))?)|inf(?:inity)?)(?![\w.(])', re.IGNORECASE
)


def load_json(text: str) -> Any:
    """What a text says: ``nan``, ``-nan``, ``inf``, ``+Inf`` or ``-Infinity``, in any case, are numbers.

    Raises
    ------
    ValueError
        If it isn't JSON otherwise.
    """
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(_TEXT_OR_NUMBER.sub(_as_python_reads_it, text))


def _as_python_reads_it(found: re.Match[str]) -> str:
    if found["sign"] is None:  # a text
        return found[0]
    return "NaN" if found["nan"] else f"{found['sign'].replace('+', '')}Infinity"
