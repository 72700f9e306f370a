"""Extensions: tasks that were added to a run, each as a file of its own that is made once."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sweeprun.design.tasks import Block
from sweeprun.errors import FormatError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import MOST_JSON, create_file, read_file, read_json

FORMAT = "sweeprun-extension"
VERSION = 1


def write_extension(
    run: RunDirectory,
    number: int,
    blocks: Sequence[Block],
    configs: str | None = None,
    inputs: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Add blocks of tasks to a run; from then on it has them.

    Parameters
    ----------
    run, number, blocks
        The run, the number of the extension, from 1, and the blocks.
    configs
        The token of the configs that were written for them; None if they need no further ones.
    inputs
        What is in the files that are values of their axes.

    Raises
    ------
    FileExistsError
        If somebody else has made an extension of that number meanwhile.
    """
    data: dict[str, Any] = {"format": FORMAT, "version": VERSION, "configs": configs}
    data["blocks"] = [block.to_dict() for block in blocks]
    if inputs:
        data["inputs"] = list(inputs)
    create_file(run.extension(number), json.dumps(data, indent=1).encode())


def count_extensions(run: RunDirectory) -> int:
    """How many times the run was extended."""
    number = 0
    while run.extension(number + 1).exists():
        number += 1
    return number


def config_text(run: RunDirectory) -> str:
    """All composed configs of a run, in their order, as YAML documents; what is not there is left out."""
    paths = [run.config, *map(run.added_config, config_tokens(run))]
    texts = [read_file(path, MOST_JSON).decode(errors="replace") for path in paths if path.exists()]
    return "---\n".join(texts)


def added_inputs(run: RunDirectory) -> list[Any]:
    """What was in the input files of tasks that were added."""
    return [
        file
        for number in range(1, count_extensions(run) + 1)
        for file in read_json(run.extension(number)).get("inputs", [])
    ]


def config_tokens(run: RunDirectory) -> list[str]:
    """The tokens of all configs that were added, in their order."""
    tokens = [read_json(run.extension(number)).get("configs") for number in range(1, count_extensions(run) + 1)]
    return [token for token in tokens if isinstance(token, str) and re.fullmatch("[0-9a-f]+", token)]


def read_extensions(run: RunDirectory) -> Iterator[Block]:
    """The blocks that were added, in their order.

    Raises
    ------
    FormatError
        If an extension is malformed or of an unknown version.
    """
    for number in range(1, count_extensions(run) + 1):
        path = run.extension(number)
        data = read_json(path)
        if (data.get("format"), data.get("version")) != (FORMAT, VERSION):
            raise FormatError(
                f"{path} is {data.get('format')!r} of version {data.get('version')!r} and this sweeprun reads "
                f"{FORMAT!r} of version {VERSION}; use the sweeprun that made it, or a newer one"
            )
        try:
            yield from map(Block.from_dict, data["blocks"])
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise FormatError(f"{path} is malformed: {type(error).__name__}: {error}") from error
