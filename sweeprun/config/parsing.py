"""Parsers of overrides that know our functions, and when Hydra itself is to use them.

It is light: every Hydra application imports it where sweeprun is installed. Our functions come when one is called.
"""

import re
from collections.abc import Iterable
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser, create_functions

from sweeprun.config.hydra_internals import FunctionCall, Functions, replace_parser

_OURS = re.compile(r"[+~]*hydra/(?:sweeper|launcher)=['\"]?sweeprun")
_SWEEPER = re.compile(r"[+~]*hydra/sweeper=")
_CALL = re.compile(r"([A-Za-z_]\w*)\s*\(")


class _Functions(Functions):
    """Hydra's functions and ours."""

    def eval(self, func: FunctionCall) -> Any:
        if func.name in self.definitions:
            return super().eval(func)
        from sweeprun.config.grammar import evaluate

        return evaluate(func, self.definitions.keys())


def create_parser(config_loader: ConfigLoader | None = None) -> OverridesParser:
    """A parser of overrides that knows our functions as well as Hydra's."""
    known = create_functions()
    functions = _Functions(definitions=known.definitions, functions=known.functions)
    return OverridesParser(functions=functions, config_loader=config_loader)


def extend_grammar() -> None:
    """Let Hydra's own parsers in this process know our functions, too."""
    replace_parser(create_parser)


def needs_our_grammar(words: Iterable[str]) -> bool:
    """Whether the command line of a Hydra application is for our plugins.

    It chooses one of them; or it chooses no sweeper and calls a function that Hydra doesn't have, as that of an
    application may whose config chooses ours. In all others Hydra's grammar stays as it is.
    """
    words = list(words)
    if any(map(_OURS.match, words)):
        return True
    known = create_functions().definitions.keys()
    return not any(map(_SWEEPER.match, words)) and any(not known >= set(_called(word)) for word in words)


def _called(word: str) -> list[str]:
    """The functions that an override calls; text in quotes calls none."""
    _, _, value = word.partition("=")
    return [] if value.lstrip()[:1] in ("'", '"') else _CALL.findall(value)
