"""Parsers of overrides with our functions, and when Hydra's own are to be such."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from sweeprun.config.grammar import DistributionSweep, ZipSweep
from sweeprun.config.parsing import create_parser, needs_our_grammar


@pytest.mark.parametrize(
    ("word", "kind"), [("p=zip(a=choice(1,2),b=choice(3,4))", ZipSweep), ("x=normal(0,1)", DistributionSweep)]
)
def test_our_functions_are_known(word: str, kind: type) -> None:
    (override,) = create_parser().parse_overrides([word])
    assert isinstance(override.value(), kind)


def test_hydras_functions_mean_what_they_mean_to_hydra() -> None:
    words = ["a=range(1,10,3)", "b=choice(x,y)", "c=sort(3,1,2)", "d=int(3.7)", "e=glob(*,exclude=a)"]
    ours, hydras = (parser.parse_overrides(words) for parser in (create_parser(), OverridesParser.create()))
    assert [override.value() for override in ours] == [override.value() for override in hydras]


def test_making_one_leaves_hydras_alone() -> None:
    before = OverridesParser.create
    create_parser()
    assert OverridesParser.create == before


def test_a_function_that_nobody_knows_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(HydraException, match=r"there is no function 'nrmal'; there are bool, choice, .*lognormal"):
        create_parser().parse_overrides(["x=nrmal(0,1)"])


@pytest.mark.parametrize(
    "words",
    [
        ["-m", "hydra/sweeper=sweeprun"],
        ["-m", "x=1,2", "hydra/launcher=sweeprun_slurm"],
        ["+hydra/launcher='sweeprun_local'"],
        ["hydra/launcher=sweeprun_local", "hydra/sweeper=basic"],
        ["-m", "x=normal(0,1)"],
        ["-m", "model.x=tag(log,lognorm(1))"],
        ["-m", "p=zip(a=choice(1,2),b=choice(3,4))"],
    ],
)
def test_it_is_needed_by_those_who_choose_a_plugin_or_call_a_function_of_ours(words: list[str]) -> None:
    assert needs_our_grammar(words)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["x=1", "--config-name", "a"],
        ["-m", "x=range(1,5)", "y=choice(a,b)", "z=glob(*)", "w=tag(a,interval(0,1))"],
        ["x='f(1)'", 'y="g(2)"'],
        ["-m", "hydra/sweeper=optuna", "x=normal(0,1)"],
        ["hydra/launcher=joblib", "name=sweeprun"],
    ],
)
def test_no_other_application_needs_it(words: list[str]) -> None:
    assert not needs_our_grammar(words)
