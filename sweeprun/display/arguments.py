"""Options of statistics as arguments of Python: what floors below say in the words of a terminal."""

import re

_VALUE = re.compile(r"--(interval|nan) ([a-z]+)")
_FLAG = re.compile(r"--independent\b")
_VARIABLES = re.compile(r"\(--variables\)")
_OPTION = re.compile(r"--(interval|level|nan|over|quantiles|seed)\b")


def as_arguments(text: str) -> str:
    """A message in which options are arguments: ``--nan raise`` is ``nan='raise'``, and ``--level`` is ``level``."""
    text = _OPTION.sub(r"\1", _VALUE.sub(_with_value, text))
    return _VARIABLES.sub("(dataset[[NAME, …]])", _FLAG.sub("independent=True", text))


def _with_value(found: re.Match[str]) -> str:
    return f"{found[1]} is" if found[2] == "is" else f"{found[1]}='{found[2]}'"
