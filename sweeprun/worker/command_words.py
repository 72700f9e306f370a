"""Words in braces in the arguments of a command: what they stand for, and those that are mistyped.

Braces are also code of shells, of awk and of others, which must pass as it is. So a word is refused only if it is all
that the braces hold, if it is clearly meant as another one, and if the argument doesn't use it outside of braces.
"""

import re
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sweeprun.errors import UsageError

_NAMES = ("seed", "task_id", "config")
_SEED = re.compile(r"\{seed:(\d{1,3})\}")
_BRACES = re.compile(r"(?<!\$)\{([A-Za-z_][\w.-]*)(:[^{}]*)?\}")
_CLOSE = 0.8
"""How alike two words are of which one is meant as the other: as much as ``seeds`` and ``seed``."""


def with_values(argument: str, values: Mapping[str, str], seed_of: Callable[[int], int]) -> str:
    """An argument with values in the place of its words.

    Parameters
    ----------
    argument
        The argument.
    values
        Word -> value.
    seed_of
        Number of bits -> what ``{seed:BITS}`` stands for.
    """
    for word, value in values.items():
        argument = argument.replace(word, value)
    return _SEED.sub(lambda bits: str(seed_of(int(bits[1]))), argument)


def names_words(argument: str) -> bool:
    """Whether an argument has any word that stands for another value in each task."""
    return any(f"{{{name}}}" in argument for name in _NAMES) or _SEED.search(argument) is not None


def check_words(command: Any, keys: Collection[str]) -> None:
    """Refuse a command with a word in braces that stands for nothing and is clearly meant to.

    Parameters
    ----------
    command
        As the config has it: a text, or a list.
    keys
        The keys of the config, whose values are written ``${key}``.

    Raises
    ------
    UsageError
        On the first such word.
    """
    for argument in arguments_of(command):
        for found in _BRACES.finditer(argument):
            meant = _meant(found, keys)
            if meant and not _is_used_otherwise(found[1], argument):
                raise UsageError(f"{found[0]!r} in the command stands for nothing; did you mean {meant}?")


def keys_of(config: Mapping[Any, Any]) -> set[str]:
    """The keys of a config, with dots; without Hydra's own and those of the task, which no command means."""
    own = {name: node for name, node in _items(config) if name not in ("hydra", "task")}
    return {key for name, node in own.items() for key in _with_inner(name, node)}


def _with_inner(name: str, node: Any) -> Iterator[str]:
    yield name
    if isinstance(node, Mapping):
        for inner, value in _items(node):
            yield from _with_inner(f"{name}.{inner}", value)


def _items(node: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """The entries of a config, with interpolations as they are written."""
    get_node = getattr(node, "_get_node", node.get)
    return ((str(key), get_node(key)) for key in node)


def arguments_of(command: Any) -> Sequence[str]:
    """The arguments of a command; none if it can't be split."""
    if isinstance(command, str):
        with suppress(ValueError):
            return shlex.split(command)
        return ()
    return [str(part) for part in command] if isinstance(command, Sequence) else ()


def _meant(found: re.Match[str], keys: Collection[str]) -> str:
    """What a word in braces is meant as; an empty text if it stands for something, or that isn't clear."""
    name, after = found[1], found[2]
    if names_words(found[0]):
        return ""
    if after is not None:
        return "{seed:31}, a seed of 31 bits" if name.lower() == "seed" else ""
    if name in keys:
        return f"${{{name}}}, the value of that key"
    from difflib import get_close_matches

    close = get_close_matches(name.lower().replace("-", "_"), _NAMES, n=1, cutoff=_CLOSE)
    return f"{{{close[0]}}}" if close else ""


def _is_used_otherwise(name: str, argument: str) -> bool:
    """Whether an argument has a name also outside of braces, as code has its variables; options don't count."""
    outside = _BRACES.sub("", argument)
    return re.search(rf"(?<![\w-]){re.escape(name)}\b", outside) is not None
