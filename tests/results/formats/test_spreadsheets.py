"""Texts that no spreadsheet takes for formulas."""

import pyarrow as pa
import pytest

from sweeprun.results.formats.spreadsheets import safe_name, safe_texts

FORMULAS = [
    "=1+1",
    '=cmd|"/c calc"!A1',
    "+1+2",
    "-1+2",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1",
    "-",
    "+",
    "--flag",
    "-1e",
]
HARMLESS = ["", "a=1", "'=1", "1-1", "-1", "+1.5", "-.5e-10", "1e5", "é", " =1"]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_what_begins_a_formula_is_a_text(kind: pa.DataType) -> None:
    column = pa.array([*FORMULAS, None, *HARMLESS], kind)
    found = safe_texts(column)
    assert found.type == kind
    assert found.to_pylist() == [*(f"'{text}" for text in FORMULAS), None, *HARMLESS]


def test_other_columns_and_names_of_columns() -> None:
    numbers = pa.array([-1.0, None])
    assert safe_texts(numbers) is numbers
    assert [safe_name(text) for text in FORMULAS + HARMLESS] == [*(f"'{text}" for text in FORMULAS), *HARMLESS]
