"""What a task function returned, walked variable by variable: names, dims, data and attributes of each.

What can't be stored costs itself: it is left out, with the reason, and so is a value that only says that there is none.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sweeprun.errors import ResultError
from sweeprun.store.clean_names import clashing, clean_name, outer_ones, shown_key, taken
from sweeprun.store.dims import default_dims, given_names, is_of_pandas, is_table, with_names
from sweeprun.store.foreign_values import WithAttributes, converted
from sweeprun.store.object_values import NothingThere, Unstorable, is_missing
from sweeprun.store.storable import NUMBERS, has_large_integers, storable

RESULT_NAME = "result"
"""The name of a result that came without one."""

Item = tuple[str, tuple[str, ...] | None, Any, Mapping[Any, Any], bool]
"""Name, dims (None: to be named after the variable), data, attributes, whether it is a coordinate."""

_SIMPLE = NUMBERS | {str, bytes, list}

_NO_ATTRS: Mapping[str, Any] = {}
_NOTHING = object()
_EMPTY_NAME = "its name is empty"
_MOST_LEVELS = 32


@dataclass(slots=True)
class Returned:
    """What a task returned, as it is walked.

    Attributes
    ----------
    attrs
        The attributes of the whole; those of a part have its name before theirs.
    left_out
        What can't be stored: name -> why.
    missing
        The names of values that only say that there is none.
    """

    attrs: dict[str, Any] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    _dims: dict[str, int] = field(default_factory=dict)
    _grouped: bool = False
    _around: dict[int, str] = field(default_factory=dict)
    _table: str = ""

    def variables(self, result: object) -> Sequence[Item]:
        """The variables of a result, no two of which have one name."""
        if _is_simple(result):
            return ((RESULT_NAME, None, result, _NO_ATTRS, False),)
        groups: list[str] = []
        depths: list[int] = []
        items: list[Item] = []
        for item in self._walk(result):
            items.append(item)
            depths.append(len(self._around))
            groups.append(next(reversed(self._around.values()), ""))
        if len({item[0] for item in items}) == len(items):
            return items
        keeps = outer_ones([(item[0], depth) for item, depth in zip(items, depths, strict=True)])
        for (name, *_), group, kept in zip(items, groups, keeps, strict=True):
            if not kept:
                self.left_out[f"{group.rstrip('.')}[{name.removeprefix(group)!r}]"] = taken(name)
        return [item for item, kept in zip(items, keeps, strict=True) if kept]

    def _walk(self, result: object) -> Iterator[Item]:
        """The variables of a result, whatever their names."""
        if is_missing(result):
            return
        try:
            result = _with_labels(converted(result), None)
        except Unstorable as error:
            self.left_out[RESULT_NAME] = str(error)
            return
        if _is_group(result):
            yield from self._group(result, "")
        elif _is_data_array(result):
            yield from self._dataset(_named(result), "")
        elif isinstance(result, tuple):  # which names no dims
            yield (RESULT_NAME, None, result, {}, False)
        else:
            yield _mapping_variable(RESULT_NAME, result)

    def _group(self, group: Any, prefix: str) -> Iterator[Item]:
        """A mapping or Dataset, and the groups within it under names with a dot."""
        if id(group) in self._around or len(self._around) >= _MOST_LEVELS:
            self.left_out[prefix.rstrip(".")] = "it contains itself, or more groups in groups than can be told apart"
            return
        self._around[id(group)] = prefix
        yield from self._dataset(group, prefix) if hasattr(group, "data_vars") else self._mapping(group, prefix)
        del self._around[id(group)]

    def _mapping(self, group: Mapping[Any, Any], prefix: str) -> Iterator[Item]:
        named: dict[Any, tuple[str, Mapping[str, Any]]] = {}
        values: dict[Any, Any] = {}
        groups: list[tuple[str, Any, bool]] = []
        for key, given in group.items():
            name, attrs = clean_name(key)
            value = self._known(given, name, prefix + (name or repr(key)))
            if value is _NOTHING:
                continue
            if _is_group(value):
                groups.append((f"{prefix}{name}." if name else prefix, value, is_table(given)))
            elif not name:
                self.left_out[prefix + repr(key)] = _EMPTY_NAME
            else:
                named[key], values[key] = (name, attrs), value
        for key in self._clashing({key: name for key, (name, _) in named.items()}, prefix):
            del named[key]
        own = {name: values[key] for key, (name, _) in named.items()}
        names = dict(named.values())
        self._grouped |= bool(groups)
        yield from self._values(own, names, prefix)
        for inner, value, with_rows in groups:
            yield from self._rows(value, inner) if with_rows else self._group(value, inner)

    def _clashing(self, names: Mapping[Any, str], prefix: str) -> Collection[Any]:
        """The keys of what is left out of a group, since its name would be that of another."""
        clashes = clashing(names)
        for key in clashes:
            self.left_out[shown_key(prefix, key)] = taken(prefix + names[key])
        return clashes

    def _rows(self, table: Any, prefix: str) -> Iterator[Item]:
        """A table within a mapping: its dims are its own, even if a group around it has one as long."""
        around, self._table = self._table, prefix
        yield from self._group(table, prefix)
        self._table = around

    def _known(self, value: Any, name: str, whole_name: str) -> Any:
        """A value as what it is to NumPy or xarray; `_NOTHING` if there is none, or it can't be stored."""
        if is_missing(value):
            self.missing.append(whole_name)
            return _NOTHING
        if type(value) is tuple or _is_simple(value):
            return value
        try:
            return _with_labels(converted(value), name or RESULT_NAME)
        except Unstorable as error:
            self.left_out[whole_name] = str(error)
            return _NOTHING

    def _values(self, own: Mapping[str, Any], names: Mapping[str, Mapping[str, Any]], prefix: str) -> Iterator[Item]:
        """The values of one mapping, none of which is a group."""
        if any(map(_is_data_array, own.values())):
            yield from self._dataset(self._joined(own, prefix), prefix, names)
            return
        items = list(self._items(own, prefix))
        dims = {dim for _, own_dims, *_ in items for dim in own_dims or ()}
        for item in items:
            yield self._placed(_as_coordinate(item, dims), names[item[0]], prefix)

    def _items(self, own: Mapping[str, Any], prefix: str) -> Iterator[Item]:
        for name, value in own.items():
            try:
                yield _mapping_variable(name, value)
            except Unstorable as error:
                self.left_out[prefix + name] = str(error)

    def _joined(self, own: Mapping[str, Any], prefix: str) -> Any:
        """A mapping that holds DataArrays, as a Dataset; its other values are what they would be without them."""
        import xarray as xr

        arrays = {name: value for name, value in own.items() if _is_data_array(value)}
        others = list(self._items({name: value for name, value in own.items() if name not in arrays}, prefix))
        dims = {str(dim) for array in arrays.values() for dim in array.dims}
        dims.update(dim for _, own_dims, *_ in others for dim in own_dims or ())
        data_vars: dict[str, Any] = {name: arrays.get(name) for name in own}
        for item in others:
            name, own_dims, data, attrs, _ = _as_coordinate(item, dims)
            try:
                array, _, more = storable(data)
            except NothingThere:
                self.missing.append(prefix + name)
            except Unstorable as error:
                self.left_out[prefix + name] = str(error)
            else:
                named = default_dims(name, array.ndim) if own_dims is None else own_dims
                data_vars[name] = (named, array, {**attrs, **more})
        data_vars = {name: value for name, value in data_vars.items() if value is not None}
        try:
            dataset = xr.Dataset(data_vars)
        except (ValueError, TypeError):
            dataset = self._joined_one_by_one(data_vars, prefix)
        for name, array in arrays.items():
            if name in dataset and dataset[name].dtype.kind == "f" and has_large_integers(array):
                self.left_out[prefix + name] = "its labels are not those of others, and floats would round its integers"
                dataset = dataset.drop_vars(name)
        return dataset

    def _joined_one_by_one(self, data_vars: Mapping[str, Any], prefix: str) -> Any:
        """A Dataset of those variables that go with the ones before them."""
        import xarray as xr

        dataset = xr.Dataset()
        for name, value in data_vars.items():
            try:
                dataset = xr.Dataset({**dataset.data_vars, name: value}, dataset.coords)
            except (ValueError, TypeError):
                self.left_out[prefix + name] = "its dims or coordinates don't go with those of the others"
        return dataset

    def _dataset(
        self, dataset: Any, prefix: str, names: Mapping[str, Mapping[str, Any]] | None = None
    ) -> Iterator[Item]:
        self.attrs.update(
            {f"{prefix}{key}": value for key, value in dataset.attrs.items()} if prefix else dataset.attrs
        )
        groups: list[tuple[str, Any]] = []
        self._grouped |= any(getattr(variable.dtype, "names", None) for variable in dataset.variables.values())
        clashes = self._clashing({key: clean_name(key)[0] for key in dataset.variables}, prefix)
        for key, variable in dataset.variables.items():
            if key in clashes:
                continue
            if variable.dtype.kind == "O" and getattr(dataset.indexes.get(key), "nlevels", 1) > 1:
                continue  # the tuples of stacked dims, whose levels are coordinates of their own
            name, attrs = clean_name(key)
            if not name:
                self.left_out[prefix + repr(key)] = _EMPTY_NAME
                continue
            try:
                data, own_attrs = _values_of(variable)
            except Unstorable as error:
                self.left_out[prefix + name] = str(error)
                continue
            if isinstance(data, Mapping):
                groups.append((f"{prefix}{name}.", {part: (variable.dims, values) for part, values in data.items()}))
                continue
            known = attrs if names is None else {**attrs, **names.get(name, _NO_ATTRS)}
            dims = _named_dims(name, given_names(variable.dims, dataset.variables))
            item = name, dims, data, {**variable.attrs, **own_attrs}, key in dataset.coords
            yield self._placed(item, known, prefix)
        for inner, value in groups:
            yield from self._group(value, inner)

    def _placed(self, item: Item, names: Mapping[str, Any], prefix: str) -> Item:
        """A variable by its whole name, over dims by their whole names."""
        name, dims, data, attrs, coordinate = item
        if names:
            attrs = {**names, **attrs}
        if dims and (prefix or self._grouped or any("/" in dim for dim in dims)):
            lengths = _shape(data)
            if len(lengths) == len(dims):
                own = default_dims(name, len(dims))
                dims = tuple(
                    prefix + dim if dim == unnamed else self._dim(dim, length, prefix)
                    for dim, unnamed, length in zip(dims, own, lengths, strict=True)
                )
        return prefix + name, dims, data, attrs, coordinate

    def _dim(self, dim: str, length: int, prefix: str) -> str:
        """The whole name of a dim within a group: that of a group around it, if it is one of those."""
        dim = dim.strip("/").replace("/", ".")
        scope = prefix
        while self._dims.get(scope + dim) != length:
            if scope == self._table:
                self._dims[prefix + dim] = length
                return prefix + dim
            scope = scope[: scope.rstrip(".").rfind(".") + 1]
        return scope + dim


def _is_simple(value: object) -> bool:
    """Whether it is neither missing nor of another package, and means no more than its values."""
    return type(value) in _SIMPLE or (type(value) is np.ndarray and value.dtype.names is None)


def _shape(data: Any) -> tuple[int, ...]:
    try:
        return np.shape(data)
    except ValueError:  # lists of different lengths
        return ()


def _named_dims(name: str, dims: tuple[str | None, ...]) -> tuple[str, ...] | None:
    """The dims of a variable, those without a name called after it; None if none has a name."""
    if dims and not any(dims):
        return None
    return with_names(name, dims)


def _is_data_array(value: Any) -> bool:
    return hasattr(value, "dims") and hasattr(value, "coords") and not hasattr(value, "data_vars")


def _is_group(value: Any) -> bool:
    """Whether it holds variables of its own."""
    return hasattr(value, "data_vars") or isinstance(value, Mapping)


def _with_labels(value: Any, name: str | None) -> Any:
    """A Series or DataFrame with its labels, as xarray has it; a whole result if it has no name."""
    if not is_of_pandas(value):
        return value
    from sweeprun.store.pandas_results import as_row, as_xarray, with_labels

    row = as_row(value)
    if row is not None:
        return row
    try:
        return as_xarray(value, RESULT_NAME) if name is None else with_labels(value, name)
    except (ResultError, ValueError, TypeError) as error:
        raise Unstorable(str(error)) from error


def _named(array: Any) -> Any:
    """A DataArray as a Dataset."""
    if array.name in array.coords:  # a coordinate itself, or what was computed of one; xarray makes no Dataset of it
        if not array.variable.equals(array.coords[array.name].variable):
            return array.to_dataset(name=f"{RESULT_NAME}_{array.name}")
        array = array.drop_vars(array.name)
    return array.to_dataset(name=RESULT_NAME if array.name is None else array.name)


def _values_of(variable: Any) -> tuple[Any, Mapping[str, Any]]:
    """The data of a variable of xarray, and the attributes that these have of their own."""
    data = variable.data if hasattr(variable.data, "units") or hasattr(variable.data, "unit") else variable.values
    if type(data) is np.ndarray and data.dtype.names is None:
        return data, _NO_ATTRS
    data = converted(data)
    return (data.data, data.attrs) if isinstance(data, WithAttributes) else (data, _NO_ATTRS)


def _mapping_variable(name: str, value: Any) -> Item:
    if isinstance(value, WithAttributes):
        return name, None, value.data, value.attrs, False
    if type(value) is not tuple or not _names_dims(value):
        has_dims = hasattr(value, "dims")
        dims = _named_dims(name, given_names(value.dims)) if has_dims else None
        return name, dims, value, getattr(value, "attrs", {}) if has_dims else {}, False
    dims = (value[0],) if isinstance(value[0], str) else tuple(value[0])
    if len(set(dims)) < len(dims):
        raise Unstorable("it has two dimensions of one name")
    attrs = value[2] if len(value) > 2 and value[2] is not None else {}
    if not isinstance(attrs, Mapping):
        raise Unstorable(f"its attributes are {type(attrs).__name__}, not a mapping")
    data = value[1] if _is_simple(value[1]) else converted(value[1])
    if isinstance(data, WithAttributes):
        data, attrs = data.data, {**attrs, **data.attrs}
    return name, dims, data, attrs, dims == (name,)


def _names_dims(value: tuple[Any, ...]) -> bool:
    """Whether a tuple is (dims, data) or (dims, data, attrs), as xarray takes it."""
    if len(value) < 2:
        return False
    first = value[0]
    return isinstance(first, str) or (isinstance(first, Sequence) and all(isinstance(dim, str) for dim in first))


def _as_coordinate(item: Item, dims: Collection[str]) -> Item:
    """A variable without dims that is named like one of others: its coordinate, as xarray takes it."""
    name, own, data, attrs, _ = item
    return (name, (name,), data, attrs, True) if own is None and name in dims else item
