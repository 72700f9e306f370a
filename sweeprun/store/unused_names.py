"""Names for dimensions of results that a run gives, and that no result could have: what is to be said of them."""

from collections.abc import Iterable

from sweeprun.design.result_dims import Dims
from sweeprun.store.dims import default_dims
from sweeprun.store.payloads import Layout, Variable

_MOST_SHOWN = 5


def unused_names(dims: Dims, layouts: Iterable[Layout], missing: str = "no task returned") -> dict[str, str]:
    """The results that ``dims`` names and that were not returned under that name -> what is wrong, and what is right.

    Parameters
    ----------
    dims
        The names of the run.
    layouts
        What tasks returned; where that is nothing, nothing is said.
    missing
        Who did not return them, in the words of the message.
    """
    unused = dict.fromkeys(dims)
    found: dict[str, Variable] = {}
    for layout in layouts if unused else ():
        for one in layout.variables:
            found[one.name] = one
            unused.pop(one.name, None)
        for name in (*layout.missing, *layout.left_out):
            unused.pop(name, None)
        if not unused:
            return {}
    return {name: _why(name, found, missing) for name in unused} if found else {}


def _why(result: str, found: dict[str, Variable], missing: str) -> str:
    inner = [variable for name, variable in found.items() if name.startswith(f"{result}.")]
    nameless = [one.name for one in inner if one.dims and one.dims == default_dims(one.name, len(one.dims))]
    if nameless:
        return f"dims.{result} names no dimensions: {result!r} is a mapping; write dims.{nameless[0]}"
    own = list(dict.fromkeys(dim for one in inner for dim in one.dims))
    if own:
        return (
            f"dims.{result} names no dimensions: {result!r} is a table; its dimensions have names of their own: "
            f"{', '.join(_short(own))}"
        )
    if inner:
        return f"dims.{result} names no dimensions: {result!r} is a mapping, and nothing in it has dimensions"
    from difflib import get_close_matches

    close = get_close_matches(result, found, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(_short(list(found)))}"
    return f"dims names the dimensions of {result!r}, which {missing}; {hint}"


def _short(names: list[str]) -> list[str]:
    return names if len(names) <= _MOST_SHOWN else [*names[:_MOST_SHOWN], "…"]
