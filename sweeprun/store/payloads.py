"""What a task returned, as bytes: a *layout* (JSON: names, dims, types, attributes) and a *payload* (the raw data).

Tasks that return the same kind of thing have the same layout, and their payloads the same length, so that a million of
them are one NumPy structured array (`Layout.dtype`). Strings vary in length: a layout with any is decoded one by one.
Nothing here is ever unpickled.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np

from sweeprun.design.scalars import check_types
from sweeprun.errors import FormatError, ResultError
from sweeprun.store.dims import default_dims
from sweeprun.store.named_dims import Described, Found, NamesGiven, add_labels, check_dims, give_names
from sweeprun.store.object_values import NothingThere, Unstorable
from sweeprun.store.result_attributes import NO_ATTRS, json_of
from sweeprun.store.result_names import NO_NAMES, ResultNames
from sweeprun.store.result_variables import Returned
from sweeprun.store.storable import TEXT, storable

_TYPE = re.compile(r"[<|](?:[bi]1|u1|[iu][248]|f[248]|c(?:8|16)|S\d{1,9}|[mM]8(?:\[\d{0,9}(?:[YMWDhm]|[munpfa]?s)\])?)")
"""What `storable` gives; anything else, such as Python's objects, was never written by us."""

_MOST_DIMS = 32
_LARGEST_TYPE = 2**31 - 1
"""The bytes that a structured type of NumPy may have; larger payloads are read variable by variable."""

_LARGEST = 2**40
_LARGEST_EMPTY = 2**31
_LARGE = 2**20
_SHOWN = 500
_WIDEST = 2**24
_SHOWN_REASONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One named array of a result.

    Attributes
    ----------
    name, dims, shape
        As in xarray.
    type
        A NumPy type string such as ``<f8``, or `TEXT`.
    coordinate
        Whether it labels the others.
    attrs
        JSON-able attributes.
    """

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    type: str
    coordinate: bool
    attrs: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "dims": list(self.dims),
            "shape": list(self.shape),
            "type": self.type,
            "coordinate": self.coordinate,
            "attrs": self.attrs,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Variable":
        return cls(
            name=data["name"],
            dims=tuple(data["dims"]),
            shape=tuple(data["shape"]),
            type=data["type"],
            coordinate=data["coordinate"],
            attrs=data["attrs"],
        )

    def check(self) -> None:
        """See `Layout.check`."""
        check_types(str, self.name, self.type, *self.dims)
        check_types(dict, self.attrs)
        check_types(bool, self.coordinate)
        if len(self.dims) > _MOST_DIMS:
            raise ValueError(f"{self.name!r} has {len(self.dims)} dimensions, and {_MOST_DIMS} are the most")
        if len(self.dims) != len(self.shape) or len(set(self.dims)) < len(self.dims):
            raise ValueError(f"{self.name!r} has the dims {self.dims!r} and the shape {self.shape!r}")
        if not all(type(length) is int and length >= 0 for length in self.shape):
            raise ValueError(f"{self.name!r} has the shape {self.shape!r}")
        if prod(filter(None, self.shape)) > (_LARGEST if 0 not in self.shape else _LARGEST_EMPTY):
            raise ValueError(f"{self.name!r} has the shape {self.shape!r}, larger than any result")
        if self.type != TEXT and not _TYPE.fullmatch(self.type):
            raise ValueError(f"{self.name!r} has the type {self.type!r}")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a result consists of.

    Attributes
    ----------
    variables
        The variables, in order.
    attrs
        The attributes of the whole.
    left_out
        What else the task returned, and can't be stored: name -> why.
    missing
        The names of values of which the task only said that there is none.
    misfits, implied
        As of `NamesGiven`.
    """

    variables: tuple[Variable, ...]
    attrs: dict[str, Any]
    left_out: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    misfits: dict[str, str] = field(default_factory=dict)
    implied: tuple[str, ...] = ()

    @property
    def dtype(self) -> np.dtype[Any] | None:
        """The structured type of one payload; None if it holds strings, or more than NumPy has such types for."""
        if self.has_texts or sum(size for _, size in self.stretches()) > _LARGEST_TYPE:
            return None
        fields = [(str(i), variable.type, variable.shape) for i, variable in enumerate(self.variables)]
        return np.dtype(fields)

    @property
    def is_empty(self) -> bool:
        """Whether the task returned nothing, not even something that can't be stored."""
        return not (self.variables or self.left_out or self.missing)

    @property
    def has_texts(self) -> bool:
        """Whether there are strings in it, so that payloads differ in length."""
        return any(variable.type == TEXT for variable in self.variables)

    def stretches(self) -> list[tuple[int, int]]:
        """Where each variable begins in a payload, and how many bytes it has; of a layout without strings."""
        sizes = [np.dtype(variable.type).itemsize * prod(variable.shape) for variable in self.variables]
        return list(zip(accumulate(sizes, initial=0), sizes, strict=False))

    def to_json(self) -> str:
        data: dict[str, Any] = {"variables": [variable.to_dict() for variable in self.variables], "attrs": self.attrs}
        if self.left_out:
            data["left_out"] = self.left_out
        if self.missing:
            data["missing"] = list(self.missing)
        if self.misfits:
            data["misfits"] = self.misfits
        if self.implied:
            data["implied"] = list(self.implied)
        return json.dumps(data)

    @classmethod
    def from_json(cls, text: str) -> "Layout":
        """The inverse of `to_json`.

        Raises
        ------
        FormatError
            If the text is no layout.
        """
        try:
            data = json.loads(text)
            variables = tuple(Variable.from_dict(variable) for variable in data["variables"])
            layout = cls(
                variables=variables,
                attrs=dict(data["attrs"]),
                left_out=dict(data.get("left_out", {})),
                missing=tuple(data.get("missing", ())),
                misfits=dict(data.get("misfits", {})),
                implied=tuple(data.get("implied", ())),
            )
            layout.check()
        except (KeyError, TypeError, ValueError, RecursionError, OverflowError) as error:
            raise FormatError(f"malformed layout of a result: {str(error)[:_SHOWN]}") from error
        return layout

    def check(self) -> None:
        """Refuse what `encode_result` never gives: the text may come from anybody.

        Raises
        ------
        ValueError, TypeError
            If something is wrong.
        """
        check_types(str, *self.left_out, *self.left_out.values(), *self.missing)
        check_types(str, *self.misfits, *self.misfits.values(), *self.implied)
        names = [variable.name for variable in self.variables]
        if len(set(names)) < len(names):
            raise ValueError("two variables have one name")
        lengths: dict[str, int] = {}
        for variable in self.variables:
            variable.check()
            for dim, length in zip(variable.dims, variable.shape, strict=True):
                if lengths.setdefault(dim, length) != length:
                    raise ValueError(f"dimension {dim!r} has two lengths")
        _ = self.dtype


@lru_cache(maxsize=2**14)
def known_layout(text: str) -> Layout | None:
    """A layout that was written; None if it can't be read. Every text is looked at once."""
    try:
        return Layout.from_json(text)
    except FormatError:
        return None


def encode_result(result: object, names: ResultNames = NO_NAMES) -> tuple[str, bytes]:
    """Layout (as JSON) and payload of what a task function returned.

    What can't be stored exactly is left out, which the layout says; so it does of names that don't fit.

    Parameters
    ----------
    result
        None, a number, string, date or array; a mapping as ``xarray.Dataset(data_vars=…)`` takes it, and of other
        mappings; a Dataset, DataArray or DataTree; values of other packages that are like these.
    names
        What dimensions are called that come without names, and what is along these.

    Raises
    ------
    ResultError
        If there is something, and nothing of it can be stored.
    """
    returned = Returned()
    left_out, given = returned.left_out, NamesGiven()
    found: Found = {}
    lengths: dict[str, int] = {}
    for name, dims, data, variable_attrs, coordinate in returned.variables(result):
        try:
            array, kind, own_attrs = storable(data)
            named = default_dims(name, array.ndim) if dims is None else dims
            if named:
                check_dims(named, array, lengths)
                lengths.update(zip(named, array.shape, strict=True))
        except NothingThere:
            returned.missing.append(name)
            continue
        except (Unstorable, MemoryError, RecursionError) as error:
            left_out[name] = str(error) or type(error).__name__
            continue
        if own_attrs:
            variable_attrs = {**variable_attrs, **own_attrs}  # noqa: PLW2901
        attrs = json_of(variable_attrs, f"{name}.", left_out) if variable_attrs else NO_ATTRS
        found[name] = (name, named, array.shape, kind, coordinate, attrs), array
    if names.dims:
        give_names(found, names, lengths, given)
        add_labels(found, names, lengths, given, left_out)
    attrs = json_of(returned.attrs, "", left_out) if returned.attrs else NO_ATTRS
    try:
        layout = _layout_json(_described(found), attrs, *_remarks(returned, given))
    except Unstorable:
        _drop_unreadable(found, left_out)
        layout = _layout_json(_described(found), attrs, *_remarks(returned, given))
    if left_out and not found:
        raise _nothing_stored(left_out)
    return layout, b"".join([_payload(array) for _, array in found.values()])


_Remarks = tuple[tuple[tuple[str, str], ...], tuple[str, ...], tuple[tuple[str, str], ...], tuple[str, ...]]
"""What a layout says besides: left out, missing, misfits, implied."""


def _remarks(returned: Returned, given: NamesGiven) -> _Remarks:
    misfits, implied = tuple(given.misfits.items()), tuple(given.implied)
    return tuple(returned.left_out.items()), tuple(returned.missing), misfits, implied


def _nothing_stored(left_out: Mapping[str, str]) -> ResultError:
    reasons = [f"{name!r}: {why}" for name, why in left_out.items()]
    more = f" (and {len(reasons) - _SHOWN_REASONS} more)" if len(reasons) > _SHOWN_REASONS else ""
    return ResultError(
        f"nothing of the result can be stored: {'; '.join(reasons[:_SHOWN_REASONS])}{more}; "
        "return numbers, texts, dates, arrays of these, a mapping of these by name, or an xarray Dataset",
        left_out=left_out,
    )


def _described(found: Mapping[str, tuple[Described, np.ndarray]]) -> tuple[Described, ...]:
    return tuple([described for described, _ in found.values()])


def _drop_unreadable(found: Found, left_out: dict[str, str]) -> None:
    """Leave out the variables that no reader could read."""
    for name, (described, _) in tuple(found.items()):
        try:
            _checked_variable(described)
        except Unstorable as error:
            left_out[name] = str(error)
            del found[name]


def decode_result(layout: Layout, payload: bytes) -> list[np.ndarray]:
    """The arrays of a payload, in the order of the layout's variables.

    Raises
    ------
    FormatError
        If the payload doesn't fit the layout.
    """
    arrays, offset = [], 0
    try:
        for variable in layout.variables:
            if variable.type == TEXT:
                size = int.from_bytes(payload[offset : offset + 8], "little")
                array = _texts(payload[offset + 8 : offset + 8 + size]).reshape(variable.shape)
                offset += 8 + size
            else:
                dtype = np.dtype(variable.type)
                count = prod(variable.shape)
                array = np.frombuffer(payload, dtype, count, offset).reshape(variable.shape)
                offset += count * dtype.itemsize
            arrays.append(array)
    except (ValueError, TypeError, RecursionError) as error:
        raise FormatError(f"a payload doesn't fit its layout: {error}") from error
    if offset != len(payload):
        raise FormatError(f"a payload doesn't fit its layout: {len(payload)} bytes instead of {offset}")
    return arrays


def _texts(payload: bytes) -> np.ndarray:
    texts = json.loads(payload)
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise TypeError("its strings are none")
    width = len(texts) * max(map(len, texts), default=0)  # in an array of fixed width all take as much as the longest
    return np.array(texts, dtype=object if width > max(_WIDEST, 16 * len(payload)) else str)


def _payload(array: np.ndarray) -> bytes | memoryview:
    if array.dtype.kind != "U":
        large = array.nbytes >= _LARGE  # joining copies it anyway
        return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data if large else array.tobytes()
    texts = json.dumps(array.reshape(-1).tolist(), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return len(texts).to_bytes(8, "little") + texts


def _checked_variable(described: Described) -> Variable:
    """A variable that every reader can read.

    Raises
    ------
    Unstorable
        If they can't.
    """
    name, dims, shape, kind, coordinate, attrs = described
    variable = Variable(name=name, dims=dims, shape=shape, type=kind, coordinate=coordinate, attrs=json.loads(attrs))
    try:
        variable.check()
    except (TypeError, ValueError) as error:
        raise Unstorable(str(error).replace(f"{name!r} has", "it has", 1)) from error
    return variable


@lru_cache(maxsize=256)
def _layout_json(
    signature: tuple[Described, ...],
    attrs: str,
    left_out: tuple[tuple[str, str], ...],
    missing: tuple[str, ...],
    misfits: tuple[tuple[str, str], ...],
    implied: tuple[str, ...],
) -> str:
    """A layout as JSON, read once as it will be read: what a reader refuses, no worker writes."""
    layout = Layout(
        variables=tuple(map(_checked_variable, signature)),
        attrs=json.loads(attrs),
        left_out=dict(left_out),
        missing=missing,
        misfits=dict(misfits),
        implied=implied,
    )
    text = layout.to_json()
    try:
        Layout.from_json(text)
    except FormatError as error:
        raise ResultError(f"the result can't be stored: {error}") from error
    return text
