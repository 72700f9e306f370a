"""From Hydra's overrides to our axes and overrides."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Glob, OverrideType, QuotedString, RangeSweep
from hydra.core.override_parser.types import Override as HydraOverride

from sweeprun.config.application import Application
from sweeprun.design.axes import Axis, LabelKind
from sweeprun.design.overrides import Operation, Override
from sweeprun.design.values import AxisValues, Choice, DecimalRange, IntegerRange, Scalar, Value
from sweeprun.errors import OverrideError

_PLAIN_WORD = re.compile(r"(?!(true|false|null|nan|inf)$)[a-z_][a-z0-9_/-]*", re.IGNORECASE)
"""Words that Hydra's grammar reads as themselves; most values are such, and the grammar takes 0.3 ms for one."""

MEMBER = "member"
"""The name of the ensemble axis."""

_OPERATIONS = {
    OverrideType.CHANGE: Operation.CHANGE,
    OverrideType.ADD: Operation.ADD,
    OverrideType.FORCE_ADD: Operation.FORCE_ADD,
    OverrideType.DEL: Operation.DELETE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What a command line asks for.

    Attributes
    ----------
    axes
        The swept keys, leftmost slowest. The kinds of their labels are provisional until the config has typed them.
    overrides
        All overrides, fixed ones and those that follow an axis, in the order in which they take effect.
    """

    axes: tuple[Axis, ...]
    overrides: tuple[Override, ...]


def parse_sweep(application: Application, params: Mapping[str, Any] | None, arguments: Sequence[str]) -> Sweep:
    """The sweep that ``hydra.sweeper.params`` and the command line describe together.

    As with Hydra's own sweeper, the command line replaces a parameter of the same key, in its place.

    Raises
    ------
    OverrideError
        If an override is malformed, or an axis is empty or names a value twice.
    """
    written = [f"{key}={value}" for key, value in (params or {}).items()]
    parsed = {override.get_key_element(): override for override in application.parse([*written, *arguments])}
    repository = application.repository()
    axes: list[Axis] = []
    overrides: list[Override] = []
    for hydra_override in parsed.values():
        is_group = repository.group_exists(hydra_override.key_or_group)
        override, values = _convert(application, hydra_override, is_group)
        overrides.append(override)
        if values is not None:
            assert override.axis is not None
            axes.append(Axis(name=override.axis, values=values, kind=_kind(values)))
    return Sweep(axes=tuple(axes), overrides=tuple(overrides))


def member_axis(members: int) -> Axis:
    """The ensemble axis.

    Raises
    ------
    OverrideError
        If it would be empty.
    """
    if members < 1:
        raise OverrideError(f"hydra.sweeper.members is {members}; an ensemble needs at least 1 member")
    return Axis(name=MEMBER, values=IntegerRange(start=0, stop=members), kind=LabelKind.INTEGER)


def axis_of(name: str, parsed: HydraOverride, *, is_group: bool) -> Axis:
    """An axis with the values of an override, one value or several, parsed without any config directory.

    Raises
    ------
    OverrideError
        If it is a deletion, empty, or needs a config directory to be read.
    """
    if parsed.is_delete():
        raise OverrideError(f"{parsed.input_line!r} deletes a key; write AXIS=VALUES")
    swept: Any = parsed._value
    if isinstance(swept, Glob):
        raise OverrideError(f"{parsed.input_line!r}: name the options one by one, separated by commas")
    many = parsed.is_sweep_override()
    values = _axis_values(_Grammar(), parsed, is_group) if many else _choice(_Grammar(), [swept])
    if not len(values):
        raise OverrideError(f"the axis {parsed.input_line!r} is empty: no value to run")
    return Axis(name=name, values=values, kind=_kind(values))


class Parser(Protocol):
    """What reads overrides."""

    def parse(self, overrides: Sequence[str]) -> list[HydraOverride]:
        """Parse overrides by Hydra's grammar."""


class _Grammar:
    """Hydra's grammar alone."""

    def parse(self, overrides: Sequence[str]) -> list[HydraOverride]:
        return list(OverridesParser.create().parse_overrides(list(overrides)))


def axis_name(key: str) -> str:
    """The name of the axis of a key or config group; ``/`` would be no part of a name in netCDF."""
    return key.replace("/", ".")


def _convert(application: Application, parsed: HydraOverride, is_group: bool) -> tuple[Override, AxisValues | None]:
    operation = _OPERATIONS[parsed.type]
    key = parsed.get_key_element().removeprefix(operation.value)
    if not parsed.is_sweep_override():
        text = parsed.get_value_element_as_str()
        value = _as_read(application, parsed._value, text)
        selects = is_group and not isinstance(value, dict)
        return Override(operation=operation, key=key, selects=selects, text=text, value=value), None
    if operation is Operation.DELETE:
        raise OverrideError(f"{parsed.input_line!r} sweeps over what to delete; a deletion takes one value")
    values = _axis_values(application, parsed, is_group)
    if not len(values):
        raise OverrideError(
            f"the axis {parsed.input_line!r} is empty: no value to run. {_why_empty(application, parsed)}"
        )
    holds_mappings = isinstance(values, Choice) and any(isinstance(value, dict) for value in values.values)
    override = Override(operation=operation, key=key, selects=is_group and not holds_mappings, axis=axis_name(key))
    return override, values


def _axis_values(parser: Parser, parsed: HydraOverride, is_group: bool) -> AxisValues:
    swept: Any = parsed._value
    if isinstance(swept, Glob) and not is_group:
        raise OverrideError(
            f"{parsed.input_line!r}: glob() chooses among the options of a config group, "
            f"and there is no config group {parsed.key_or_group!r}"
        )
    if not isinstance(swept, Glob | ChoiceSweep | RangeSweep):
        raise OverrideError(
            f"{parsed.input_line!r} is a continuous interval, which a grid can't enumerate; "
            "list values (0.1,0.2) or use range(start,stop,step)"
        )
    if isinstance(swept, RangeSweep) and not swept.shuffle:
        values = _range(swept)
    else:
        values = _choice(parser, list(parsed.sweep_iterator()))
    return values


def _range(swept: RangeSweep) -> AxisValues:
    start, stop, step = swept.start, swept.stop, swept.step
    if step == 0:
        raise OverrideError(f"range({start},{stop},{step}) has step 0; give another step")
    if isinstance(start, int) and isinstance(stop, int) and isinstance(step, int):
        return IntegerRange(start=start, stop=stop, step=step)
    return DecimalRange(start=repr(start), stop=repr(stop), step=repr(step))


def _choice(parser: Parser, elements: Sequence[Any]) -> Choice:
    texts = tuple(HydraOverride._get_value_element_as_str(element) for element in elements)
    values = tuple(_as_read(parser, element, text) for element, text in zip(elements, texts, strict=True))
    return Choice(values=values, texts=texts, labels=tuple(map(plain_label, values, texts)))


def _as_read(parser: Parser, element: Any, text: str) -> Value:
    """What Hydra's jobs make of an element: they read its text again, so that ``str(1)`` becomes the number 1."""
    if isinstance(element, QuotedString):
        return element.text
    if not isinstance(element, str | list | dict) or _PLAIN_WORD.fullmatch(str(element)):
        return element
    return parser.parse([f"key={text}"])[0].value()


def plain_label(value: Value, text: str) -> Scalar:
    """The label of a value that no config has typed yet: itself, or its text where it is a list, mapping or null."""
    return value if isinstance(value, bool | int | float | str) else text


def _kind(values: AxisValues) -> LabelKind:
    """The kind of the labels; the ends tell that of a range."""
    if isinstance(values, Choice):
        return LabelKind.of(values.labels)
    return LabelKind.of([values.label(0), values.label(len(values) - 1)])


def _why_empty(application: Application, parsed: HydraOverride) -> str:
    swept: Any = parsed._value
    if isinstance(swept, Glob):
        options = application.repository().get_group_options(parsed.key_or_group)
        return f"The config group {parsed.key_or_group!r} has the options: {', '.join(options) or 'none'}"
    return "A range stops before its second number: range(0,3) is 0, 1, 2"
