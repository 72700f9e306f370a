"""Lists of values of which a part stands for several values itself, which no sweep can be made of."""

from collections.abc import Sequence
from typing import Any

from hydra.core.override_parser.types import Override as HydraOverride

from sweeprun.config.hydra_internals import text_of_element
from sweeprun.config.sweep_kinds import SweepKind, kind_of
from sweeprun.errors import OverrideError


def refuse_nested(parsed: HydraOverride, elements: Sequence[Any]) -> None:
    """Refuse a list of which a part stands for several values itself.

    Raises
    ------
    OverrideError
        If one does.
    """
    nested = next((element for element in elements if kind_of(element) is not SweepKind.ONE), None)
    if nested is None:
        return
    key = parsed.get_key_element()
    if kind_of(nested) is SweepKind.RANGE:
        listed = ",".join(
            ",".join(map(str, element.range())) if kind_of(element) is SweepKind.RANGE else text_of_element(element)
            for element in elements
            if kind_of(element) in (SweepKind.RANGE, SweepKind.ONE)
        )
        told = f"write its values one by one: {key}={listed}"
    elif kind_of(nested) is SweepKind.DRAWN:
        told = f"let the key follow it alone, or list values: {key}=1,2"
    else:
        told = f"write its values one by one: {key}=1,2"
    raise OverrideError(
        f"{parsed.input_line!r} lists {_written(nested)} among single values, and it stands alone; {told}"
    )


def _written(swept: Any) -> str:
    """What stands for several values, as it is called in the grammar."""
    names = {SweepKind.RANGE: "range", SweepKind.MATCHING: "glob", SweepKind.LISTED: "choice"}
    return f"{names.get(kind_of(swept), 'interval')}(…)"
