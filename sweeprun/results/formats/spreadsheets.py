"""Texts of a CSV that no spreadsheet takes for formulas.

References
----------
OWASP, "CSV Injection".
"""

import re

import pyarrow as pa
import pyarrow.compute as pc

_FORMULA = "^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"  # the last four are the first four, as wide as ideographs
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
"""Numbers are no formulas, although some begin like one."""


def safe_name(name: str) -> str:
    """The name of a column, with an apostrophe before it if a spreadsheet would take it for a formula."""
    return f"'{name}" if re.match(_FORMULA, name) and not re.match(_NUMBER, name) else name


def safe_texts(column: pa.Array) -> pa.Array:
    """A column, with an apostrophe before each text that a spreadsheet would take for a formula."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    is_number = pc.match_substring_regex(column, _NUMBER)
    is_formula = pc.and_(pc.match_substring_regex(column, _FORMULA), pc.invert(is_number))
    return pc.if_else(
        is_formula, pc.binary_join_element_wise(pa.scalar("'", column.type), column, pa.scalar("", column.type)), column
    )
