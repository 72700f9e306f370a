"""What errors of Hydra and OmegaConf say, in a few lines."""

import re

from hydra.errors import OverrideParseException
from omegaconf.errors import OmegaConfBaseException

_ADDITION = re.compile(r"To append to your config use (\+.*)")

_NOT_OF_THE_REASON = ("Error parsing override", "Error when parsing index", "See https://")


def addition_of(message: str) -> str:
    """The override that would add a key which isn't there, as Hydra writes it; empty if it doesn't."""
    found = _ADDITION.search(message)
    return "" if found is None else found[1]


def message_of(error: BaseException) -> str:
    """What an error of Hydra or OmegaConf says, with its cause, without its advice on stack traces."""
    if isinstance(error, OverrideParseException):
        lines = [line for line in str(error).splitlines() if not line.startswith(_NOT_OF_THE_REASON)]
        reason = (lines[0] if lines else str(error)).partition(" expecting ")[0]
        begin, evaluated, problem = reason.partition(" while evaluating ")
        if evaluated and begin.isidentifier():  # by a function of the grammar, which says itself what is wrong
            return f"the override {error.override!r} can't be read: {problem.partition(': ')[2]}"
        return (
            f"the override {error.override!r} can't be read: {reason}. Values with spaces, commas, quotes or brackets "
            "need quotes of their own: 'key=\"a, b\"'; Hydra's grammar: hydra.cc/docs/advanced/override_grammar/basic"
        )
    parts = [str(error)]
    cause = error.__cause__
    if isinstance(cause, OmegaConfBaseException) and str(cause) not in parts[0]:
        parts.append(str(cause))
    lines = ("\n".join(part for part in parts if part) or type(error).__name__).splitlines()
    return "\n".join(line for line in lines if line.strip() and "object_type=" not in line)
