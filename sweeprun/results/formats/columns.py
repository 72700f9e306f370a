"""The columns of a table: what tasks returned, as arrays of Arrow."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa

from sweeprun.results.dtypes import cast, encodable_text
from sweeprun.results.variables import VariableError

_TEXT_BYTES = 64
"""What a string is taken to need, where nothing says how long it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A variable that tasks returned, over all of them.

    Attributes
    ----------
    name, dims
        As in the Dataset.
    dtype
        Of its values; the one that holds those of all tasks.
    shape
        The largest length along each dim.
    attrs
        Its attributes.
    coordinate
        Whether it labels others, and comes with them.
    as_text
        How many values of a task are written as one text, at most, since those of all tasks don't go together; else 0.
    """

    name: str
    dims: tuple[str, ...]
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    attrs: dict[str, Any] = field(default_factory=dict)
    coordinate: bool = False
    as_text: int = 0

    @property
    def elements(self) -> int:
        """How many values a task has of it, at most."""
        return prod(self.shape)

    @property
    def nbytes(self) -> int:
        """What they take."""
        return max(self.elements, self.as_text) * (_TEXT_BYTES if self.dtype.kind == "U" else self.dtype.itemsize)

    @property
    def components(self) -> tuple[str, ...]:
        """What one value consists of: complex numbers are two columns, since tables have no such type."""
        return ("real", "imag") if self.dtype.kind == "c" else ("",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that holds an output, or one element of it.

    Attributes
    ----------
    name
        Of the column.
    output
        What it is made of.
    element
        Its indices into the output's dims; None if the column holds the whole, as nested lists.
    component
        ``real`` or ``imag`` of a complex number.
    """

    name: str
    output: Output
    element: tuple[int, ...] | None = None
    component: str = ""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of one value."""
        return np.empty(0, self.output.dtype).real.dtype if self.component else self.output.dtype

    @property
    def type(self) -> pa.DataType:
        """Arrow's type of the column."""
        kind = arrow_type(self.dtype)
        for _ in self.output.dims if self.element is None else ():
            kind = pa.list_(kind)
        return kind

    def array(self, values: np.ndarray) -> pa.Array | None:
        """The column of some tasks that returned values of one shape; None if these don't have the element."""
        if self.output.as_text:
            return pa.array(_texts(values), pa.string())
        if self.element is not None:
            if any(index >= length for index, length in zip(self.element, values.shape[1:], strict=True)):
                return None
            place: tuple[Any, ...] = (slice(None), *self.element)
            values = values[place]
        if self.output.dtype.kind != "U" or not values.size:
            try:
                values = cast(values, self.output.dtype)
            except OverflowError as error:
                name = self.output.name
                raise VariableError(name, f"{name!r} can't be collected: {error}") from error
        return nested(getattr(values, self.component) if self.component else values, arrow_type(self.dtype))


def arrow_type(dtype: np.dtype[Any]) -> pa.DataType:
    """Arrow's type of what `kept` gives, but complex numbers."""
    match dtype.kind:
        case "U" | "O":
            return pa.string()
        case "S":
            return pa.binary()
        case "M":
            return pa.timestamp(np.datetime_data(dtype)[0])
        case "m":
            return pa.duration(np.datetime_data(dtype)[0])
        case _:
            return pa.from_numpy_dtype(dtype)


def nested(values: np.ndarray, kind: pa.DataType) -> pa.Array:
    """An array of n dimensions as one of lists of lists, n - 1 deep; NaN stays NaN, and NaT is missing."""
    flat = np.ascontiguousarray(values).reshape(-1)
    array = pa.array(flat.tolist() if flat.dtype.kind in "US" else flat, kind)
    for place in range(values.ndim - 1, 0, -1):
        lists, length = prod(values.shape[:place]), values.shape[place]
        array = pa.ListArray.from_arrays(pa.array(np.arange(lists + 1) * length, pa.int32()), array)
    return array


def _texts(values: np.ndarray) -> list[str]:
    """The value of each task in words: texts as they are, numbers and lists of them as in JSON."""
    if values.dtype.kind in "mM":
        values = values.astype(str)
    return [encodable_text(_text(value)) for value in values.tolist()]


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    if isinstance(value, bool | int | float | list):
        return json.dumps(value, ensure_ascii=False, default=_text)
    return str(value)


def element_columns(output: Output) -> list[Column]:
    """One column for each element: ``curve[0]``, ``image[2,3]``."""
    return [
        Column(name=_column_name(output, component, index), output=output, element=index, component=component)
        for index in np.ndindex(*output.shape)
        for component in output.components
    ]


def whole_columns(output: Output) -> list[Column]:
    """One column for an output, of lists if it has dims; two if it is complex."""
    element = None if output.dims else ()
    return [
        Column(name=_column_name(output, component), output=output, element=element, component=component)
        for component in output.components
    ]


def _column_name(output: Output, component: str, index: Sequence[int] = ()) -> str:
    place = f"[{','.join(map(str, index))}]" if index else ""
    return output.name + place + (f".{component}" if component else "")
