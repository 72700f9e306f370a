"""What a run says of its results: the names of dimensions that come without names, and the labels along these."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sweeprun.design.result_dims import Dims
from sweeprun.design.scalars import check_types
from sweeprun.errors import FormatError, OverrideError
from sweeprun.store.foreign_values import WithAttributes, converted
from sweeprun.store.object_values import Unstorable
from sweeprun.store.storable import TEXT, storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What may be along a dimension.

    Attributes
    ----------
    values
        A list or array; or why there is none, as an `Unstorable`.
    given
        Whether it was given as the labels of this dimension, and not only under its name.
    """

    values: Any
    given: bool = True

    def array(self) -> tuple[np.ndarray, str, Mapping[str, Any]]:
        """As `storable` gives it.

        Raises
        ------
        Unstorable
            If they can't be labels.
        """
        if isinstance(self.values, Unstorable):
            raise self.values
        data = self.values if isinstance(self.values, WithAttributes) else converted(self.values)
        attrs = data.attrs if isinstance(data, WithAttributes) else {}
        array, kind, more = storable(data.data if isinstance(data, WithAttributes) else data)
        if array.ndim != 1:
            raise Unstorable("it is no list of values" if not array.ndim else f"it has {array.ndim} dimensions")
        return array, kind, {**attrs, **more}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultNames:
    """The names of dimensions, and what is along them.

    Attributes
    ----------
    dims
        The name of a result -> the names of its dimensions.
    labels
        The name of a dimension -> its labels; those of another length are not its own.
    """

    dims: Dims = field(default_factory=dict)
    labels: Mapping[str, Labels] = field(default_factory=dict)


NO_NAMES = ResultNames()


def check_labels(labels: Mapping[str, Labels]) -> None:
    """Refuse what was given as labels and can't be.

    Raises
    ------
    OverrideError
        If there is such.
    """
    for dim, own in labels.items():
        try:
            if own.given:
                own.array()
        except Unstorable as error:
            raise OverrideError(f"coords.{dim} can't label the dimension: {error}") from error


def labels_to_json(labels: Mapping[str, Labels]) -> dict[str, Any]:
    """Labels as a manifest has them: those that were given, exactly."""
    coords: dict[str, Any] = {}
    for dim, own in labels.items():
        if own.given:
            array, kind, attrs = own.array()
            data = array.tolist() if kind == TEXT else b64encode(array.tobytes()).decode()
            coords[dim] = {"type": kind, "data": data, "attrs": dict(attrs)}
    return coords


def labels_from_json(coords: Mapping[str, Any]) -> dict[str, Labels]:
    """The labels that a manifest has; the inverse of `labels_to_json`.

    Raises
    ------
    FormatError
        If it is malformed.
    """
    try:
        return {dim: Labels(values=_decoded(data)) for dim, data in coords.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(f"the manifest has malformed coords: {type(error).__name__}: {error}") from error


def _decoded(data: Mapping[str, Any]) -> WithAttributes:
    if data["type"] == TEXT:
        check_types(str, *data["data"])
        values = np.array(data["data"], dtype=str)
    else:
        values = np.frombuffer(b64decode(data["data"]), np.dtype(data["type"]))
    return WithAttributes(data=values, attrs=dict(data["attrs"]))
