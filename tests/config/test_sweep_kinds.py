"""What the values of parsed overrides ask for."""

import pytest

from sweeprun.config.parsing import create_parser
from sweeprun.config.sweep_kinds import SweepKind, kind_of, value_type_of


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("a=1", SweepKind.ONE),
        ("a=[1,2]", SweepKind.ONE),
        ("a=choice(1,2)", SweepKind.LISTED),
        ("a=shuffle(choice(1,2))", SweepKind.LISTED),
        ("a=range(3)", SweepKind.RANGE),
        ("a=shuffle(range(3))", SweepKind.RANGE),
        ("a=glob(*)", SweepKind.MATCHING),
        ("a=interval(0,1)", SweepKind.DRAWN),
        ("a=normal(0,1)", SweepKind.DRAWN),
        ("a=zip(b=choice(1,2),c=choice(3,4))", SweepKind.TOGETHER),
    ],
)
def test_each_type_of_hydras_asks_for_one_thing(word: str, kind: SweepKind) -> None:
    parsed = create_parser().parse_overrides([word])[0]
    assert kind_of(parsed._value) is kind
    assert value_type_of(parsed._value) is parsed.value_type


def test_values_with_commas_are_listed() -> None:
    assert kind_of(create_parser().parse_overrides(["a=1,2"])[0]._value) is SweepKind.LISTED
