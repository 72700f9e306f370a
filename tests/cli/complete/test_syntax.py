"""The table of options that completion reads is held to the parsers."""

import argparse
import importlib

import pytest

from sweeprun.cli.complete.syntax import SHELLS, SYNTAX, Syntax
from sweeprun.cli.main import SUBCOMMANDS, main
from sweeprun.config.application import command_line_parser
from sweeprun.statistics.estimators import IntervalKind


class _ParserError(Exception):
    """Raised in the place of parsing, with the parser."""


@pytest.fixture
def caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def catch(self: argparse.ArgumentParser, *_args: object, **_options: object) -> None:
        raise _ParserError(self)

    for method in ("parse_args", "parse_known_args", "parse_intermixed_args"):
        monkeypatch.setattr(argparse.ArgumentParser, method, catch)


def _options(parser: argparse.ArgumentParser) -> tuple[set[str], set[str]]:
    flags, valued = set(), set()
    for action in parser._actions:
        own = flags if action.nargs == 0 or (action.nargs == "?" and not action.choices) else valued
        own.update(action.option_strings)
    return flags, valued


@pytest.mark.usefixtures("caught")
@pytest.mark.parametrize("name", sorted(set(SUBCOMMANDS) - {"plan"}))
def test_the_table_has_the_options_of_every_parser(name: str) -> None:
    with pytest.raises(_ParserError) as found:
        importlib.import_module(f"sweeprun.cli.{name}").main([])
    flags, valued = _options(found.value.args[0])
    assert flags == set(SYNTAX[name].flags)
    assert valued == set(SYNTAX[name].options)


def test_the_table_has_hydras_options() -> None:
    flags, valued = _options(command_line_parser())
    # Hydra's own completion is a flag with a value behind it; conditions and collecting are our own
    assert flags == set(SYNTAX[""].flags) - {"--after-collect"} | {"--shell-completion", "-sc"}
    assert valued == set(SYNTAX[""].options) - {"--exclude", "--only", "--shell-completion", "-sc"}
    assert set(SYNTAX["plan"].names) == set(SYNTAX[""].names) | {"--json"}


def test_every_subcommand_is_in_the_table() -> None:
    assert set(SYNTAX) == {"", *SUBCOMMANDS}


@pytest.mark.parametrize("syntax", SYNTAX.values(), ids=SYNTAX)
def test_each_name_is_an_option_once_with_a_value_or_without(syntax: Syntax) -> None:
    assert len(set(syntax.names)) == len(syntax.names)
    assert all(name.startswith("-") for name in syntax.names)
    assert {"--help", "-h"} <= set(syntax.flags)


def test_choices_are_what_the_options_take(capsys: pytest.CaptureFixture[str]) -> None:
    choices = SYNTAX["stats"].options["--interval"]
    assert isinstance(choices, tuple)
    assert set(choices) == {kind.value for kind in IntervalKind}
    for shell in SHELLS:
        assert main(["completion", shell]) == 0
        assert capsys.readouterr().out
