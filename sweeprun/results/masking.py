"""What leaves a run without its secrets: labels, overrides, configs and the command line, masked in one place.

The run itself keeps them, since its tasks run with them. Points of an axis that is masked stay apart: its labels are
``masked-1``, ``masked-2``, in the order of the values.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sweeprun.design.axes import Axis
from sweeprun.design.extension import whole_grid
from sweeprun.design.grid import Grid
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.overrides import Override
from sweeprun.design.scalars import Scalar
from sweeprun.design.values import Choice
from sweeprun.errors import UsageError
from sweeprun.results.masked_text import Hidden
from sweeprun.results.notes import Note, NoteKind
from sweeprun.secrecy import MASK, is_secret_name
from sweeprun.store.extensions import config_text
from sweeprun.store.manifest import Manifest
from sweeprun.store.payloads import Variable
from sweeprun.store.snapshot import Snapshot
from sweeprun.store.storable import TEXT
from sweeprun.wording import flag

Labels = Mapping[str, Mapping[Scalar, str]]
"""Axis -> label of the run -> what stands in its place."""


@dataclass(frozen=True, kw_only=True)
class Masking:
    """What of a run is masked, and how.

    Attributes
    ----------
    manifest
        The manifest, masked.
    labels
        The axes that are masked.
    hidden
        What was masked so far.
    whole
        Whether the masked manifest still says all that a design is: not if conditions name masked axes.
    """

    manifest: Manifest
    labels: Labels
    hidden: Hidden
    whole: bool

    def grid(self, grid: Grid) -> Grid:
        """A grid with the labels of masked axes."""
        return _masked_grid(grid, self.labels)

    def notes(self, left_out: Collection[str] = ()) -> tuple[Note, ...]:
        """What is to be said of it; ``left_out`` are the results that are secret."""
        said = [(key, f"{key} is masked: {_why_secret(key)}, and the run alone has it") for key in self.hidden.values]
        said += [(name, f"the result {name} is left out: its name says that it is secret") for name in left_out]
        return tuple(
            Note(kind=NoteKind.SECRETS, name=name, text=f"{text}; if it isn't secret: {flag('reveal').to(name)}")
            for name, text in said
        )


def masking_of(snapshot: Snapshot) -> Masking:
    """What of a run is masked."""
    return masking_of_manifest(snapshot.manifest, snapshot.revealed)


def masking_of_manifest(manifest: Manifest, revealed: frozenset[str] = frozenset()) -> Masking:
    """The same, of the manifest of a run; ``revealed`` are keys that are not masked."""
    return _masking(manifest, Hidden(revealed))


def secret_keys(manifest: Manifest, configs: Iterable[str]) -> tuple[str, ...]:
    """The keys of a run, and of its configs in YAML, whose values are secret; in comments, too, where constants are."""
    hidden = Hidden()
    _masking(manifest, hidden)
    for text in configs:
        hidden.yaml(text)
        for line in text.splitlines():
            if line.lstrip().startswith("#"):
                hidden.text(line)
    return tuple(hidden.values)


def _masking(manifest: Manifest, hidden: Hidden) -> Masking:
    groups = {*manifest.composition_axes, *(own.axis for own in manifest.overrides if own.selects)}
    grid = whole_grid(manifest.table)
    labels = {axis.name: _new_labels(axis) for axis in grid.axes if axis.name not in groups and _hides(hidden, axis)}
    blocks = tuple(replace(block, design=_masked_grid(block.design, labels)) for block in manifest.table.blocks)
    masked = replace(
        manifest,
        table=replace(manifest.table, blocks=blocks) if labels else manifest.table,
        overrides=tuple(_masked_override(own, hidden) for own in manifest.overrides),
        launcher=_masked_json(manifest.launcher, "", hidden),
    )
    if (script := manifest.job.script) is not None:
        arguments = tuple(map(hidden.word, script.arguments))
        masked = replace(masked, job=replace(masked.job, script=replace(script, arguments=arguments)))
    words = [hidden.word(word) for word in manifest.provenance.get("command", [])]
    if words:
        masked = replace(masked, provenance=manifest.provenance | {"command": list(map(hidden.everywhere, words))})
    named = manifest.table.selection.named_axes(grid) if labels else ()
    return Masking(manifest=masked, labels=labels, hidden=hidden, whole=labels.keys().isdisjoint(named))


def revealing(snapshot: Snapshot, names: Collection[str]) -> Snapshot:
    """A run of which the values of some keys are no secrets, as the user said.

    Raises
    ------
    UsageError
        If the name of one of them doesn't say that it is secret, so that it isn't masked anyway.
    """
    plain = [name for name in names if not is_secret_name(name)]
    if plain and (plain := [name for name in plain if name not in _masked_keys(snapshot)]):
        raise UsageError(f"{plain[0]!r} is not masked: its name does not say that it is secret; leave it out")
    return replace(snapshot, revealed=snapshot.revealed.union(names))


def _masked_keys(snapshot: Snapshot) -> Collection[str]:
    """The keys of a run whose values are masked."""
    hidden = masking_of(snapshot).hidden
    hidden.yaml(config_text(snapshot.run))
    return hidden.values


def _why_secret(key: str) -> str:
    return "its name says that it is secret" if is_secret_name(key) else "it holds a password"


def secret_results(variables: Iterable[Variable], revealed: Collection[str]) -> frozenset[str]:
    """The results whose names say that they are secret, and that are single texts: those along a dimension are data."""
    texts = (one.name for one in variables if one.type == TEXT and not one.dims and not one.coordinate)
    return frozenset(name for name in texts if is_secret_name(name)).difference(revealed)


def _hides(hidden: Hidden, axis: Axis) -> bool:
    """Whether a value of an axis is secret."""
    values = axis.values
    if not values.may_be_secret:
        return False
    if axis.kind is not LabelKind.TEXT and not is_secret_name(axis.name):
        return False
    return any([hidden.hides(axis.name, values.label(index)) for index in range(len(axis))])  # noqa: C419  # notes all


def _new_labels(axis: Axis) -> dict[Scalar, str]:
    """What stands in the place of the labels of an axis, one for each of them."""
    labels: dict[Scalar, str] = {}
    for index in range(len(axis)):
        labels.setdefault(axis.values.label(index), f"{MASK}-{len(labels) + 1}")
    return labels


def _masked_grid(grid: Grid, labels: Labels) -> Grid:
    if not labels:
        return grid
    return replace(grid, axes=tuple(_masked_axis(axis, labels.get(axis.name)) for axis in grid.axes))


def _masked_axis(axis: Axis, labels: Mapping[Scalar, str] | None) -> Axis:
    if labels is None:
        return axis
    texts = tuple(labels.get(axis.values.label(index), MASK) for index in range(len(axis)))
    return Axis(name=axis.name, values=Choice(values=texts, texts=texts, labels=texts), kind=LabelKind.TEXT)


def _masked_override(own: Override, hidden: Hidden) -> Override:
    if own.axis is not None or own.selects:
        return own
    if hidden.hides(own.key, own.value if not isinstance(own.value, dict | list) else own.text):
        return replace(own, text=MASK, value=MASK)
    value = _masked_json(own.value, own.key, hidden)
    return own if value == own.value else replace(own, value=value, text=hidden.text(own.text))


def _masked_json(data: Any, key: str, hidden: Hidden) -> Any:
    """Data of JSON, masked by its keys; texts in it by what they say."""
    if isinstance(data, Mapping):
        return {name: _masked_json(item, f"{key}.{name}" if key else str(name), hidden) for name, item in data.items()}
    if isinstance(data, list | tuple):
        return [_masked_json(item, key, hidden) for item in data]
    if hidden.hides(key, data):
        return MASK
    return hidden.text(data) if isinstance(data, str) else data
