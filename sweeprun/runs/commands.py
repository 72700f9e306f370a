"""Tasks that are commands (`sweeprun.command`): which words they have, and whether these differ among members."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sweeprun.config.application import in_job
from sweeprun.config.frozen import ConfigDeriver
from sweeprun.design.axes import MEMBER_NAMES
from sweeprun.design.tasks import TaskTable
from sweeprun.store.manifest import Manifest
from sweeprun.worker.command_words import arguments_of, check_words, keys_of, names_words

_TARGETS = frozenset({"sweeprun.command", "sweeprun.worker.command.command"})
_VARIABLES = b"SWEEPRUN_"
_MOST_READ = 2**24
"""Bytes of a program that are searched for the names of variables."""


def check_commands(specs: Iterable[Any], config: DictConfig) -> None:
    """Refuse commands with mistyped words.

    Parameters
    ----------
    specs
        What configs say of their tasks.
    config
        The config of a task.

    Raises
    ------
    UsageError
        On the first such word.
    """
    keys = keys_of(config)
    for spec in (*specs, _task_of(config)):
        if _is_command(spec):
            check_words(spec.get("command"), keys)


def members_of_command(manifest: Manifest, deriver: ConfigDeriver) -> tuple[str, ...]:
    """What to say of a command that is the same for all members; nothing if it isn't, or that isn't known."""
    with suppress(Exception):  # what can't be derived is the task's to say
        pair = _two_members(manifest.table)
        if pair is not None:
            first, second = (command_of(deriver.derive_full(manifest.table.task(one))) for one in pair)
            if first is not None and first == second and not is_told_its_seed(first):
                return (
                    "the command names nothing that differs among members, so they are all equal, or differ by chance "
                    "and can't be had again; pass {seed} to the program, or let it read SWEEPRUN_SEED",
                )
    return ()


def command_of(config: DictConfig) -> Sequence[str] | None:
    """The arguments of a task that is a command, by its full config; None if it isn't one, or that isn't known."""
    spec = _task_of(config)
    return arguments_of(spec.get("command")) if _is_command(spec) else None


def is_told_its_seed(arguments: Sequence[str]) -> bool:
    """Whether a command is given its task's seed or number, or reads them from its environment, as far as can be seen.

    A program that does so has the names of the variables in its file.
    """
    return any(map(names_words, arguments)) or any(_VARIABLES in text for text in _texts(arguments))


def _texts(arguments: Sequence[str]) -> Iterator[bytes]:
    for argument in arguments:
        yield argument.encode(errors="replace")
        with suppress(OSError, ValueError):
            if (path := Path(argument)).is_file():
                with path.open("rb") as file:
                    yield file.read(_MOST_READ)


def _is_command(spec: Any) -> bool:
    return isinstance(spec, Mapping) and spec.get("_target_") in _TARGETS


def _task_of(config: DictConfig) -> Any:
    """What a config says of its task, resolved; None if it can't be."""
    with suppress(Exception), in_job(config) if "hydra" in config else nullcontext():
        node = config.get("task")
        return OmegaConf.to_container(node, resolve=True) if OmegaConf.is_config(node) else node
    return None


def _two_members(table: TaskTable) -> tuple[int, int] | None:
    """Two tasks that only their members tell apart; None if there is no axis of members."""
    design = table.blocks[0].design
    for place, dimension in enumerate(design.dimensions):
        if len(dimension) > 1 and any(axis.name in MEMBER_NAMES for axis in dimension.axes):
            return 0, design.position([int(number == place) for number in range(len(design.shape))])
    return None
