"""What results are called in a Dataset: as tasks called them, unless a name is taken there.

Taken are the names of axes and of what collect says of each task, and, for all but its own coordinate, the name of a
dimension of a result: a Dataset has one thing under one name.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from sweeprun.store.dims import given_names, may_be_nameless, with_names
from sweeprun.store.payloads import Layout, Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """New names for what can't keep its own.

    Attributes
    ----------
    variables, dims
        Old name -> new name.
    """

    variables: Mapping[str, str]
    dims: Mapping[str, str]

    @classmethod
    def of(cls, layouts: Iterable[Layout], taken: Collection[str]) -> "Naming":
        """The names in some layouts, of which one stands for one thing in all of them."""
        every = [variable for layout in layouts for variable in layout.variables]
        own_dims = dict.fromkeys(dim for variable in every for dim in variable.dims)
        others = dict.fromkeys(one.name for one in every if not is_dimension_coordinate(one))
        used = {*taken, *own_dims, *others}

        def free(name: str) -> str:
            while name in used:
                name = f"result_{name}"
            used.add(name)
            return name

        dims = {dim: free(dim) for dim in own_dims if dim in taken}
        variables = {name: free(name) for name in others if name in taken or name in own_dims}
        return cls(variables=variables, dims=dims)

    def applied(self, layout: Layout) -> Layout:
        """A layout with the new names."""
        implied = tuple(self.dims.get(dim, dim) for dim in layout.implied)
        return replace(layout, variables=tuple(map(self._renamed, layout.variables)), implied=implied)

    def _renamed(self, variable: Variable) -> Variable:
        names = self.dims if is_dimension_coordinate(variable) else self.variables
        dims = tuple(self.dims.get(dim, dim) for dim in variable.dims)
        return replace(variable, name=names.get(variable.name, variable.name), dims=dims)


def layout_of(text: str) -> Layout:
    """A layout that was recorded; dimensions without names, which earlier versions didn't know, are called as now.

    Raises
    ------
    FormatError
        If the text is no layout.
    """
    layout = Layout.from_json(text)
    if not may_be_nameless(text):
        return layout
    labelled = {variable.name for variable in layout.variables if is_dimension_coordinate(variable)}
    return replace(
        layout,
        variables=tuple(
            replace(variable, dims=with_names(variable.name, given_names(variable.dims, labelled)))
            for variable in layout.variables
        ),
    )


def is_dimension_coordinate(variable: Variable) -> bool:
    """Whether a variable labels the dimension of its own name."""
    return variable.coordinate and variable.dims == (variable.name,)
