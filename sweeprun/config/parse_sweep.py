"""From Hydra's overrides to our axes and overrides."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from hydra.core.override_parser.types import ChoiceSweep, IntervalSweep, OverrideType, QuotedString, RangeSweep
from hydra.core.override_parser.types import Override as HydraOverride

from sweeprun.config.application import Application
from sweeprun.config.files import matching_files
from sweeprun.config.grammar import ZipSweep
from sweeprun.config.hydra_internals import text_of_element
from sweeprun.config.nested_sweeps import refuse_nested
from sweeprun.config.parsing import create_parser
from sweeprun.config.samples import sample, source_of
from sweeprun.config.sweep_kinds import SweepKind, kind_of, value_type_of
from sweeprun.config.sweep_params import written_params
from sweeprun.design.axes import Axis, axis_name
from sweeprun.design.extension import grid_of
from sweeprun.design.grid import Dimension, Grid, Joint
from sweeprun.design.label_kinds import label_key
from sweeprun.design.listed_labels import settled_labels
from sweeprun.design.overrides import Operation, Override
from sweeprun.design.ranges import DecimalRange, IntegerRange
from sweeprun.design.sampling import Source
from sweeprun.design.scalars import Scalar, Value
from sweeprun.design.values import AxisValues, Choice
from sweeprun.errors import OverrideError
from sweeprun.wording import sweeper

_PLAIN_WORD = re.compile(r"(?!(true|false|null|nan|inf)$)[a-z_][a-z0-9_/-]*", re.IGNORECASE)
"""Words that Hydra's grammar reads as themselves; most values are such, and the grammar takes 0.3 ms for one."""

OPERATIONS = {
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
    grid
        The swept keys, leftmost slowest. The kinds of their labels are provisional until the config has typed them.
    overrides
        All overrides, fixed ones and those that follow an axis, in the order in which they take effect.
    """

    grid: Grid
    overrides: tuple[Override, ...]

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The swept keys."""
        return self.grid.axes


def parse_sweep(application: Application, options: Any, arguments: Sequence[str]) -> Sweep:
    """The sweep that ``hydra.sweeper.params`` and the command line describe together.

    As with Hydra's own sweeper, the command line replaces a parameter of the same key, in its place.

    Parameters
    ----------
    application
        Parses overrides, and knows config groups.
    options
        ``hydra.sweeper``.
    arguments
        The overrides of the command line.

    Raises
    ------
    OverrideError
        If an override is malformed, or an axis is empty or names a value twice.
    """
    written = written_params(options.params)
    parsed = {override.get_key_element(): override for override in application.parse([*written, *arguments])}
    dimensions: list[Dimension] = []
    overrides: list[Override] = []
    sources: dict[str, Source] = {}
    place = 0
    for hydra_override in parsed.values():
        swept: Any = hydra_override._value
        kind = kind_of(swept)
        if kind is SweepKind.TOGETHER:
            dimension, own = _zipped(application, hydra_override, swept)
            dimensions.append(dimension)
            overrides.extend(own)
            continue
        override = _convert(application, hydra_override)
        overrides.append(override)
        if override.axis is None:
            continue
        if kind is SweepKind.DRAWN:
            place = place if sources else len(dimensions)
            sources[override.axis] = _source(hydra_override, swept, override)
        else:
            dimensions.append(Dimension.of(_axis(application, hydra_override, override)))
    if sources:
        dimensions.insert(place, sample(sources, options.sample, options.root_seed))
    elif options.sample.n is not None:
        raise OverrideError(
            f"{sweeper('sample.n')} is given, and no key follows an interval or a distribution: lr=interval(0.01,0.1)"
        )
    return Sweep(grid=grid_of(dimensions), overrides=tuple(overrides))


def _zipped(application: Application, parsed: HydraOverride, swept: ZipSweep) -> tuple[Dimension, list[Override]]:
    """The dimension of keys that move together, and their overrides."""
    name, dimension_axes, overrides = axis_name(parsed.get_key_element()), [], []
    if parsed.type is not OverrideType.CHANGE or parsed.package:
        raise OverrideError(f"{parsed.input_line!r}: axes that move together are written NAME=zip(…)")
    for member in zip_members(application, swept):
        override = _convert(application, member)
        if override.axis is None or kind_of(member._value) in (SweepKind.DRAWN, SweepKind.TOGETHER):
            raise OverrideError(
                f"{member.input_line!r} in {parsed.input_line!r}: each key of a zip needs a list of values, as many as "
                "the others: choice(…), range(…) or [a,b]"
            )
        overrides.append(override)
        dimension_axes.append(_axis(application, member, override))
    joint = Joint(name=name, axes=tuple(axis.name for axis in dimension_axes))
    dimension = Dimension(name=name, axes=tuple(dimension_axes), joint=joint)
    grid_of([dimension])  # of one length
    refuse_repeated_points(dimension, parsed.input_line or name)
    return dimension, overrides


def zip_members(parser: "Parser", swept: ZipSweep) -> list[HydraOverride]:
    """The overrides that are zipped; a list stands for its values."""
    members = parser.parse(swept.words) if swept.words else []
    for key, value in swept.members.items():
        values = ChoiceSweep(list=list(value)) if isinstance(value, list) else value
        named = value_type_of(values)
        member = HydraOverride(type=OverrideType.CHANGE, key_or_group=key, value_type=named, _value=values)
        member.input_line = f"{key}=…"
        member.config_loader = getattr(parser, "loader", None)
        members.append(member)
    return members


def refuse_repeated_points(dimension: Dimension, written: str) -> None:
    """Refuse axes that move together to the same point twice.

    Raises
    ------
    OverrideError
        If they do.
    """
    seen: dict[tuple[Scalar, ...], int] = {}
    for place in range(len(dimension)):
        point = tuple(label_key(axis.values.label(place)) for axis in dimension.axes)
        if (first := seen.setdefault(point, place)) != place:
            texts = ", ".join(f"{axis.name}={axis.values.text(place)}" for axis in dimension.axes)
            raise OverrideError(
                f"{written}: points {first} and {place} are the same ({texts}). For replicates, use "
                f"{sweeper('members').to('N')}"
            )


def _source(parsed: HydraOverride, swept: IntervalSweep, override: Override) -> Source:
    if override.selects:
        raise OverrideError(f"{parsed.input_line!r}: {override.key!r} is a config group; name its options")
    try:
        return source_of(swept)
    except OverrideError as error:
        raise OverrideError(f"{parsed.input_line!r}: {error}") from error


def axis_of(name: str, parsed: HydraOverride, *, is_group: bool, base: Path, like: AxisValues | None = None) -> Axis:
    """An axis with the values of an override, one value or several, parsed without any config directory.

    Parameters
    ----------
    name, parsed, is_group
        The axis, the override, and whether it chooses options of a config group.
    base
        Where relative paths of files start.
    like
        Values that the axis has already: further files are labelled like those that are there.

    Raises
    ------
    OverrideError
        If it is a deletion, empty, or needs a config directory to be read.
    """
    if parsed.is_delete():
        raise OverrideError(f"{parsed.input_line!r} deletes a key; write AXIS=VALUES")
    swept: Any = parsed._value
    kind = kind_of(swept)
    if kind is SweepKind.MATCHING and is_group:
        raise OverrideError(f"{parsed.input_line!r}: name the options one by one, separated by commas")
    if kind is SweepKind.DRAWN:
        raise OverrideError(
            f"{parsed.input_line!r}: a sample is extended by {sweeper('sample.n').to('N')}, or by values"
        )
    many = parsed.is_sweep_override()
    values = _axis_values(Grammar(), parsed, base, like) if many else choice_of(Grammar(), [swept])
    if not len(values):
        raise OverrideError(f"the axis {parsed.input_line!r} is empty: no value to run")
    return Axis(name=name, values=values, kind=values.kind())


class Parser(Protocol):
    """What reads overrides."""

    def parse(self, overrides: Sequence[str]) -> list[HydraOverride]:
        """Parse overrides by Hydra's grammar."""


class Grammar:
    """Hydra's grammar alone."""

    def parse(self, overrides: Sequence[str]) -> list[HydraOverride]:
        return list(create_parser().parse_overrides(list(overrides)))


def _convert(application: Application, parsed: HydraOverride) -> Override:
    is_group = application.is_group(parsed.key_or_group)
    operation = OPERATIONS[parsed.type]
    key = parsed.get_key_element().removeprefix(operation.value)
    if not parsed.is_sweep_override():
        text = parsed.get_value_element_as_str()
        value = _as_read(application, parsed._value, text)
        selects = is_group and not isinstance(value, dict)
        return Override(operation=operation, key=key, selects=selects, text=text, value=value)
    if operation is Operation.DELETE:
        raise OverrideError(f"{parsed.input_line!r} sweeps over what to delete; a deletion takes one value")
    swept: Any = parsed._value
    is_listed = kind_of(swept) is SweepKind.LISTED
    holds_mappings = is_listed and any(isinstance(element, dict) for element in swept.list)
    return Override(operation=operation, key=key, selects=is_group and not holds_mappings, axis=axis_name(key))


def _axis(application: Application, parsed: HydraOverride, override: Override) -> Axis:
    """The axis of an override that sweeps."""
    assert override.axis is not None
    swept: Any = parsed._value
    if kind_of(swept) is SweepKind.MATCHING and override.selects:
        values: AxisValues = choice_of(application, list(parsed.sweep_iterator()))
    else:
        values = _axis_values(application, parsed, Path.cwd())
    if not len(values):
        raise OverrideError(
            f"the axis {parsed.input_line!r} is empty: no value to run. {_why_empty(application, parsed)}"
        )
    return Axis(name=override.axis, values=values, kind=values.kind())


def _axis_values(parser: "Parser", parsed: HydraOverride, base: Path, like: AxisValues | None = None) -> AxisValues:
    swept: Any = parsed._value
    kind = kind_of(swept)
    if kind is SweepKind.MATCHING:
        return matching_files(swept, written=repr(parsed.input_line), base=base, like=like)
    each = getattr(swept, "transformers", ())  # functions that Hydra 1.4 calls with each number: float(range(2))
    if kind is SweepKind.RANGE and not swept.shuffle and not each:
        return _range(swept)
    if kind is SweepKind.LISTED:
        refuse_nested(parsed, swept.list)
    return choice_of(parser, list(parsed.sweep_iterator()))


def _range(swept: RangeSweep) -> AxisValues:
    start, stop, step = swept.start, swept.stop, swept.step
    if step == 0:
        raise OverrideError(f"range({start},{stop},{step}) has step 0; give another step")
    if isinstance(start, int) and isinstance(stop, int) and isinstance(step, int):
        return IntegerRange(start=start, stop=stop, step=step)
    return DecimalRange(start=repr(start), stop=repr(stop), step=repr(step))


def choice_of(parser: Parser, elements: Sequence[Any]) -> Choice:
    """Values of one key, listed one by one, as the grammar reads them."""
    texts = tuple(map(text_of_element, elements))
    values = tuple(_as_read(parser, element, text) for element, text in zip(elements, texts, strict=True))
    labels = list(map(plain_label, values, texts))
    return Choice(values=values, texts=texts, labels=settled_labels(values, texts, labels))


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


def _why_empty(application: Application, parsed: HydraOverride) -> str:
    swept: Any = parsed._value
    if kind_of(swept) is SweepKind.MATCHING:
        options = application.repository().get_group_options(parsed.key_or_group)
        return f"The config group {parsed.key_or_group!r} has the options: {', '.join(options) or 'none'}"
    return "A range stops before its second number: range(0,3) is 0, 1, 2"
