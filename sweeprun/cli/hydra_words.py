"""Hydra's command line with our options in it: which words stand for which overrides."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from sweeprun.config.application import DEFAULT_CONFIG_NAME, DEFAULT_CONFIG_PATH, ConfigSource
from sweeprun.config.grammar import list_override, with_names
from sweeprun.errors import UsageError
from sweeprun.other_names import meant_by

AFTER_COLLECT = "--after-collect"
_CONDITIONS = ("--exclude", "--only")
_OPTION = re.compile("--[a-z-]+")


def config_source(args: Any) -> ConfigSource:
    """The config source that Hydra's options name."""
    return ConfigSource(
        path=args.config_path or DEFAULT_CONFIG_PATH,
        name=args.config_name or DEFAULT_CONFIG_NAME,
        extra=args.config_dir,
    )


def parse_command_line(parser: Any, words: Sequence[str]) -> Any:
    """Parse Hydra's command line, with our own options in it as the overrides that they stand for."""
    words, conditions = _without_conditions(words)
    args, unknown = parser.parse_known_intermixed_args([word for word in words if word != AFTER_COLLECT])
    if unknown:
        raise UsageError(_no_option(unknown[0], [*_OPTION.findall(parser.format_usage()), *_CONDITIONS, AFTER_COLLECT]))
    args.overrides = [*with_names(args.overrides), *conditions]
    if AFTER_COLLECT in words:
        args.overrides.append("hydra.launcher.after_collect=true")
    return args


def _no_option(word: str, known: Sequence[str]) -> str:
    """What to say of an option that there is not: which may be meant, or how a key is set."""
    name, _, value = word.partition("=")
    key = name.lstrip("-")
    if close := get_close_matches(name, known, n=1, cutoff=0.8):
        return f"there is no option {name!r}; did you mean {close[0]}?"
    value = value or "VALUE"
    right = f"{key}={value}" if (option := meant_by(key)) is None else option.to(value)
    return f"there is no option {name!r}; keys are set without dashes: {right} (sweeprun --help has the rest)"


def _without_conditions(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words without ``--exclude CONDITION`` and ``--only CONDITION``, and the overrides that these stand for."""
    rest: list[str] = []
    given: dict[str, list[str]] = {}
    waiting = iter(words)
    for word in waiting:
        option, equals, condition = word.partition("=")
        if option not in _CONDITIONS:
            rest.append(word)
            continue
        condition = condition if equals else next(waiting, "")
        if not condition:
            raise UsageError(f"{option} needs a condition over the axes: {option} \"lr > 0.05 and model == 'cnn'\"")
        given.setdefault(option.lstrip("-"), []).append(condition)
    return rest, [list_override(f"hydra.sweeper.{name}", conditions) for name, conditions in given.items()]
