"""The functions that we add to Hydra's override grammar: ``zip(…)``, and distributions by their names."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hydra.core.override_parser.types import ChoiceSweep, IntervalSweep, Quote, QuotedString
from hydra.errors import CompactHydraException, HydraException

from sweeprun.config.hydra_internals import FunctionCall
from sweeprun.design.grid import SAMPLE
from sweeprun.design.sampling import Distribution

_UNQUOTED = re.compile(r"(?!(true|false|null|nan|inf)$)[a-z_/][a-z0-9_/.-]*( [a-z0-9_/.-]+)*", re.IGNORECASE | re.ASCII)
"""Texts that Hydra's grammar reads as themselves."""

_OWN_NAMES = frozenset({"normal", "lognormal", "uniform"})


class _ValuesOfNone(list[Any]):
    """The values of a zip, which is not one key; only our sweeper knows what it is."""

    def __iter__(self) -> Iterator[Any]:
        raise CompactHydraException(
            "zip(…) is for sweeprun's own sweeper: add hydra/sweeper=sweeprun to the command line"
        )


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

    list: "list[Any]" = field(default_factory=_ValuesOfNone)
    members: dict[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()


@dataclass
class DistributionSweep(IntervalSweep):
    """``normal(0,1)``: a key whose values are drawn from a distribution."""

    source: Distribution | None = None


def evaluate(call: FunctionCall, known: Collection[str]) -> Any:
    """What one of our functions means. Which distributions there are is asked of SciPy only for names not known here.

    Parameters
    ----------
    call
        The function and its arguments.
    known
        The names of Hydra's own functions.

    Raises
    ------
    HydraException
        If there is no such function, or its arguments are wrong.
    """
    if call.name == "zip":
        return _zip(call)
    if call.name in _OWN_NAMES or _is_distribution(call.name):
        return _distribution(call)
    names = ", ".join(sorted([*known, *_OWN_NAMES, "zip"]))
    raise HydraException(
        f"there is no function {call.name!r}; there are {names}, and the distributions of scipy.stats by their "
        "names: gamma(2,scale=3)"
    )


def with_names(words: Sequence[str]) -> list[str]:
    """Overrides with the name of the dimension that ``zip(…)`` has if nobody names it."""
    return [f"{SAMPLE}={word}" if word.startswith("zip(") else word for word in words]


def as_typed(text: str) -> str:
    """A text that the grammar reads as itself, in quotes if it needs them."""
    return text if _UNQUOTED.fullmatch(text) else quoted(text)


def quoted(text: str) -> str:
    """A text in quotes, which the grammar reads as itself."""
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
