"""Variables that come from the environment are known only when workers start."""

import pytest

from sweeprun.errors import UsageError
from sweeprun.launchers.variables import expand
from sweeprun.secrecy import refers_to_environment


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("${oc.env:TOKEN}", "s3cret"),
        ("a ${oc.env:TOKEN} b ${ oc.env : TOKEN }", "a s3cret b s3cret"),
        ("${oc.env:NOPE,fallback}", "fallback"),
        ("${oc.env:NOPE,'two words'}", "two words"),
        ("${oc.env:NOPE,}", ""),
        ("${oc.env:TOKEN,fallback}", "s3cret"),
    ],
)
def test_references_are_replaced(value: str, expected: str) -> None:
    assert refers_to_environment(value) == (value != "plain")
    assert expand({"X": value}, {"TOKEN": "s3cret"}) == {"X": expected}


def test_what_is_not_set_is_told() -> None:
    with pytest.raises(UsageError, match=r"env_set\.X refers to the environment variable NOPE"):
        expand({"X": "${oc.env:NOPE}"}, {})
