"""Our functions in Hydra's override grammar, and texts that the grammar reads as themselves."""

from typing import Any

import pytest
from hydra._internal.grammar.functions import FunctionCall
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeprun.config.grammar import DistributionSweep, ZipSweep, evaluate, list_override, quoted, with_names
from sweeprun.design.sampling import Distribution


def call(name: str, *args: Any, **keywords: Any) -> FunctionCall:
    return FunctionCall(name=name, args=list(args), kwargs=keywords)


def test_a_zip_holds_its_members_as_they_are_written() -> None:
    zipped = evaluate(call("zip", "model.lr=0.1,0.01", batch=[32, 64]), ())
    assert isinstance(zipped, ZipSweep)
    assert (zipped.words, zipped.members) == (("model.lr=0.1,0.01",), {"batch": [32, 64]})


@pytest.mark.parametrize(
    ("zipped", "message"),
    [
        (call("zip"), "two keys at least"),
        (call("zip", lr=[1, 2]), "two keys at least"),
        (call("zip", "lr", batch=[1, 2]), "zip takes keys with their values"),
        (call("zip", 3, batch=[1, 2]), "zip takes keys with their values"),
    ],
)
def test_a_zip_needs_two_keys_with_values(zipped: FunctionCall, message: str) -> None:
    with pytest.raises(HydraException, match=message):
        evaluate(zipped, ())


def test_another_sweeper_is_answered_with_the_name_of_ours() -> None:
    zipped = evaluate(call("zip", a=[1, 2], b=[3, 4]), ())
    with pytest.raises(HydraException, match="add hydra/sweeper=sweeprun"):
        list(zipped.list)


@pytest.mark.parametrize("name", ["normal", "lognormal", "uniform", "gamma"])
def test_a_distribution_has_its_parameters_by_place_or_name(name: str) -> None:
    drawn = evaluate(call(name, 1, scale=2.5), ())
    assert isinstance(drawn, DistributionSweep)
    assert drawn.source == Distribution(name=name, args=(1,), keywords={"scale": 2.5})


@pytest.mark.parametrize("value", [True, "1", None, [1]])
def test_a_parameter_that_is_no_number_is_named(value: Any) -> None:
    for drawn in (call("normal", 0, value), call("normal", scale=value)):
        with pytest.raises(HydraException, match=r"is no number, and the parameters of normal\(…\) are") as refused:
            evaluate(drawn, ())
        assert repr(value) in str(refused.value)


@pytest.mark.parametrize("name", ["norml", "describe", "distributions", "qmc"])
def test_a_function_that_is_missing_is_answered_with_those_that_there_are(name: str) -> None:
    with pytest.raises(
        HydraException, match=f"no function '{name}'; there are choice, lognormal, normal, range"
    ) as told:
        evaluate(call(name), ["range", "choice"])
    assert "zip" in str(told.value)


def test_only_a_zip_without_a_name_gets_one() -> None:
    assert with_names(["zip(a=1)", "pairs=zip(a=1)", "lr=1", "zipped=2"]) == [
        "sample=zip(a=1)",
        "pairs=zip(a=1)",
        "lr=1",
        "zipped=2",
    ]


@settings(max_examples=40)
@given(st.text() | st.text("\\'\"$ {}[],=\n:#", max_size=6))
def test_a_quoted_text_is_read_as_itself(text: str) -> None:
    assert OverridesParser.create().parse_override(f"key={quoted(text)}").value() == text


@settings(max_examples=40)
@given(st.lists(st.text() | st.text("\\'\"$ {}[],=\n:#", max_size=6), max_size=3))
def test_a_list_of_texts_is_read_as_itself(texts: list[str]) -> None:
    assert OverridesParser.create().parse_override(list_override("key", texts)).value() == texts
