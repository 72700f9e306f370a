"""Which variables are collected: all, or those that are named; and what is told of those that can't be."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sweeprun.errors import ResultError, UsageError
from sweeprun.results.dtypes import KEPT_BY_PARQUET
from sweeprun.store.clean_names import clean_name
from sweeprun.store.payloads import Variable
from sweeprun.wording import Command, Option, flag

_MOST_NAMES = 5
"""So many names a message has."""

AS_TEXT = "results.csv"
"""A table, which has as text what can't be one variable."""

"""What somebody types to have some variables, in a file if one is named: ``(names, output="")``."""


VARIABLES = flag("variables")


class VariableError(ResultError):
    """What tasks returned under one name can't be one variable."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name = name
        self.why = why

    def __str__(self) -> str:
        return self.why


def names_in(text: str, option: Option = VARIABLES) -> list[str]:
    """The names in the value of an option, with commas between them.

    Raises
    ------
    UsageError
        If there is none.
    """
    names = named([part.strip() for part in text.split(",") if part.strip()])
    if not names:
        raise UsageError(f"{option} is {text!r}; write names with commas: {option} loss,curve")
    return names


def named(names: Iterable[str]) -> list[str]:
    """Names of results as they are recorded, each once: what a task called ``val/acc`` is ``val.acc``."""
    return list(dict.fromkeys(clean_name(name)[0] for name in names))


def check_known(names: Collection[str], known: Collection[str]) -> None:
    """Refuse names that no result has.

    Raises
    ------
    UsageError
        If there is one; it says which there are.
    """
    unknown = next((name for name in names if name not in known), None)
    if unknown is None:
        return
    if not known:
        raise UsageError(f"there is no variable {unknown!r}: no task has a result yet; see {Command('status')}")
    raise UsageError(f"there is no variable {unknown!r}; there are: {', '.join(known)}")


def with_coordinates(variables: Sequence[Variable], names: Collection[str] | None) -> set[str]:
    """Some variables of a result (None: all), and those that label them: coordinates that have no dims but theirs."""
    if names is None:
        return {one.name for one in variables}
    dims = {dim for variable in variables if variable.name in names for dim in variable.dims}
    return {*names, *(one.name for one in variables if one.coordinate and dims.issuperset(one.dims))}


def disagreement(refused: Mapping[str, str], others: Collection[str], again: Command) -> ResultError:
    """What is told when not all can be collected: the first that can't be and why, and how the others are had.

    Parameters
    ----------
    refused
        Name -> why it can't be one variable; at least one.
    others
        The names of the other results that were asked for.
    again
        What was called, and can be called again for some of them.
    """

    def having(names: Sequence[str]) -> Command:
        return again.with_option(VARIABLES.to(names))

    name, why = next(iter(refused.items()))
    kept = KEPT_BY_PARQUET in why
    if len(refused) > 1:
        why += f" (and {_counted(len(refused) - 1, 'other')} can't be collected either)"
    plain = list(filter(_can_be_typed, others))
    if len(plain) > _MOST_NAMES:
        why += f"; of {len(plain)} others, the first {_MOST_NAMES} can be had: {having(plain[:_MOST_NAMES])}"
    elif plain:
        why += f"; the others can be had: {having(plain)}"
    elif not kept and _can_be_typed(name):
        table = Command("collect", again.run, options=(flag("output").to(AS_TEXT), VARIABLES.to([name])))
        why += f"; a table has it as text: {table}"
    return ResultError(why)


def _can_be_typed(name: str) -> bool:
    """Whether a name can be one of several with commas between them."""
    return name.strip() == name and "," not in name


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
