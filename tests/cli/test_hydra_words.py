"""Hydra's command line with options of ours in it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.cli.hydra_words import config_source, parse_command_line
from sweeprun.config.application import ConfigSource, command_line_parser
from sweeprun.config.parsing import create_parser
from sweeprun.errors import UsageError


def overrides(*words: str) -> list[str]:
    return list(parse_command_line(command_line_parser(), words).overrides)


def test_words_of_hydra_stay_as_they_are() -> None:
    args = parse_command_line(command_line_parser(), ["lr=1,2", "-m", "seed=range(3)", "-cn", "größte"])
    assert args.overrides == ["lr=1,2", "seed=range(3)"]
    assert args.multirun
    assert args.config_name == "größte"


@pytest.mark.parametrize(
    "words",
    [
        ("--exclude", "lr > 1", "a=1", "--only", "b == 2", "--exclude=lr == 0"),
        ("a=1", "--exclude=lr > 1", "--only=b == 2", "--exclude", "lr == 0"),
    ],
)
def test_conditions_are_lists_of_the_sweeper(words: tuple[str, ...]) -> None:
    plain, exclude, only = overrides(*words)
    assert plain == "a=1"
    parse = create_parser().parse_override
    assert (parse(exclude).key_or_group, parse(exclude).value()) == ("hydra.sweeper.exclude", ["lr > 1", "lr == 0"])
    assert (parse(only).key_or_group, parse(only).value()) == ("hydra.sweeper.only", ["b == 2"])


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_a_condition_comes_through_hydras_grammar_unchanged(condition: str) -> None:
    (word,) = overrides("--only", condition)
    assert create_parser().parse_override(word).value() == [condition]


@pytest.mark.parametrize("words", [("--exclude",), ("lr=1", "--exclude="), ("--exclude", "")])
def test_a_condition_that_is_missing_is_asked_for_with_an_example(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=r'^--exclude needs a condition over the axes: --exclude "'):
        overrides(*words)


def test_collecting_afterwards_is_an_option_of_the_launcher() -> None:
    assert overrides("--after-collect", "-m", "lr=1,2") == ["lr=1,2", "hydra.launcher.after_collect=true"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-m", "--exlcude", "lr > 1"), "there is no option '--exlcude'; did you mean --exclude?"),
        (("--multirn", "lr=1"), "did you mean --multirun?"),
        (("--workers", "4"), "keys are set without dashes: hydra.launcher.throttle=VALUE"),
        (("--lr=0.1",), "keys are set without dashes: lr=0.1"),
    ],
)
def test_an_unknown_option_is_answered_with_what_may_be_meant(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        overrides(*words)


@pytest.mark.parametrize(
    ("words", "source"),
    [
        ([], ConfigSource(path="conf", name="config", extra=None)),
        (["-cp", "a b", "-cn", "main", "-cd", "more"], ConfigSource(path="a b", name="main", extra="more")),
        (["-cp", "pkg://package.conf"], ConfigSource(path="pkg://package.conf", name="config", extra=None)),
    ],
)
def test_the_config_is_conf_config_unless_options_say_otherwise(words: list[str], source: ConfigSource) -> None:
    assert config_source(parse_command_line(command_line_parser(), words)) == source
