"""Hydra's override grammar, with functions of our own: ``zip(…)``, and distributions by their names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hydra._internal.grammar.functions import FunctionCall, Functions
from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser, create_functions
from hydra.core.override_parser.types import ChoiceSweep, IntervalSweep, Quote, QuotedString
from hydra.errors import HydraException

from sweeprun.design.grid import SAMPLE
from sweeprun.design.sampling import Distribution

_OWN_NAMES = frozenset({"normal", "lognormal", "uniform"})


@dataclass
class ZipSweep(ChoiceSweep):
    """``zip(lr=choice(0.1,0.01),batch=choice(32,256))``: axes that move together.

    Attributes
    ----------
    members
        Key -> its values, as the grammar reads them.
    words
        Members written as overrides, for keys with dots, slashes or a ``+``: ``zip('model.lr=0.1,0.01',…)``.
    """

    members: dict[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()


@dataclass
class DistributionSweep(IntervalSweep):
    """``normal(0,1)``: a key whose values are drawn from a distribution."""

    source: Distribution | None = None


class _Functions(Functions):
    """Hydra's functions and ours. Which distributions there are is asked of SciPy only for names that Hydra lacks."""

    def eval(self, func: FunctionCall) -> Any:
        if func.name == "zip":
            return _zip(func)
        if func.name in _OWN_NAMES or (func.name not in self.definitions and _is_distribution(func.name)):
            return _distribution(func)
        if func.name not in self.definitions:
            known = ", ".join(sorted([*self.definitions, *_OWN_NAMES, "zip"]))
            raise HydraException(
                f"there is no function {func.name!r}; there are {known}, and the distributions of scipy.stats by their "
                "names: gamma(2,scale=3)"
            )
        return super().eval(func)


def extend_grammar() -> None:
    """Let every parser of overrides in this process know our functions."""
    parser: Any = OverridesParser
    parser.create = staticmethod(_create_parser)


def _create_parser(config_loader: ConfigLoader | None = None) -> OverridesParser:
    known = create_functions()
    functions = _Functions(definitions=known.definitions, functions=known.functions)
    return OverridesParser(functions=functions, config_loader=config_loader)


def with_names(words: Sequence[str]) -> list[str]:
    """Overrides with the name of the dimension that ``zip(…)`` has if nobody names it."""
    return [f"{SAMPLE}={word}" if word.startswith("zip(") else word for word in words]


def quoted(text: str) -> str:
    """A text that the grammar reads as itself."""
    return str(QuotedString(text, Quote.single).with_quotes())


def list_override(key: str, texts: Sequence[str]) -> str:
    """The override that gives a key a list of texts."""
    return f"{key}=[{','.join(QuotedString(text, Quote.double).with_quotes() for text in texts)}]"


def _zip(func: FunctionCall) -> ZipSweep:
    words = [getattr(arg, "text", arg) for arg in func.args]
    if any(not isinstance(word, str) or "=" not in word for word in words):
        raise HydraException("zip takes keys with their values: zip(lr=choice(0.1,0.01),'model.size=32,256')")
    if len(words) + len(func.kwargs) < 2:
        raise HydraException("zip needs two keys at least: zip(lr=choice(0.1,0.01),batch=choice(32,256))")
    return ZipSweep(members=dict(func.kwargs), words=tuple(words))


def _distribution(func: FunctionCall) -> DistributionSweep:
    for value in (*func.args, *func.kwargs.values()):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise HydraException(f"{value!r} is no number, and the parameters of {func.name}(…) are")
    return DistributionSweep(source=Distribution(name=func.name, args=tuple(func.args), keywords=dict(func.kwargs)))


def _is_distribution(name: str) -> bool:
    from scipy import stats

    return isinstance(getattr(stats, name, None), stats.rv_continuous | stats.rv_discrete)
