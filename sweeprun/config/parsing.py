"""Hydra's parser of overrides, which is made to know our functions.

It is light: every Hydra application imports it where sweeprun is installed. Our functions come when one is called.
"""

from typing import Any

from hydra._internal.grammar.functions import FunctionCall, Functions
from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser, create_functions


class _Functions(Functions):
    """Hydra's functions and ours."""

    def eval(self, func: FunctionCall) -> Any:
        if func.name in self.definitions:
            return super().eval(func)
        from sweeprun.config.grammar import evaluate

        return evaluate(func, self.definitions.keys())


def extend_grammar() -> None:
    """Let every parser of overrides in this process know our functions."""
    parser: Any = OverridesParser
    parser.create = staticmethod(_create_parser)


def _create_parser(config_loader: ConfigLoader | None = None) -> OverridesParser:
    known = create_functions()
    functions = _Functions(definitions=known.definitions, functions=known.functions)
    return OverridesParser(functions=functions, config_loader=config_loader)
