"""Any executable as a task: ``task: {_target_: sweeprun.command, command: [./simulate, --rate, '${lr}']}``."""

import json
import os
import shlex
import subprocess
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeprun.errors import CommandError
from sweeprun.store.dims import given_names
from sweeprun.worker.command_words import check_words, keys_of, with_values
from sweeprun.worker.loose_json import load_json

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from omegaconf import DictConfig

    from sweeprun.worker.task_handle import RunningTask

_TAIL_LINES = 20
_TAIL_BYTES = 8192
_DEFAULT_RESULTS = ("result.json", "result.nc")


def command(
    command: str | Sequence[Any],
    cfg: "DictConfig",
    rng: "np.random.Generator",
    task: "RunningTask",
    result: str | None = None,
) -> Any:
    """Run an executable in the task's own directory and read what it gave.

    The directory holds ``config.yaml`` (the task's config, resolved), ``stdout.txt`` and ``stderr.txt``. The executable
    finds in its environment ``SWEEPRUN_CONFIG`` (the path of that file), ``SWEEPRUN_TASK_ID`` and ``SWEEPRUN_SEED``
    (an integer below 2**32, another one for each stream: `RunningTask.seed`).

    Parameters
    ----------
    command
        The executable and its arguments: a list, or one string split as a shell would, with no shell behind it. The
        words ``{config}``, ``{task_id}`` and ``{seed}`` in an argument stand for the values above, and ``{seed:31}``
        for a seed of 31 bits, or any other number of them. A relative path to the executable is taken from the
        directory that the sweep was started in.
    cfg, rng, task
        Given by sweeprun.
    result
        The file that holds the result, ``.json`` or ``.nc``, relative to the task's directory. By default
        ``result.json`` or ``result.nc`` if the executable made one, or else standard output: all of it, or its last
        line, as JSON.

    Returns
    -------
    dict, xarray.Dataset or number
        The result; nothing if the executable gave none.

    Raises
    ------
    UsageError
        If a word in braces stands for nothing, and is clearly meant as another one.
    CommandError
        If it can't be started, ends with a non-zero exit code (the message has the tail of its output), or gives a
        result that can't be read.
    """
    from omegaconf import OmegaConf

    check_words(command, keys_of(cfg))
    directory = task.directory
    config_file = directory / "config.yaml"
    config_file.write_text(OmegaConf.to_yaml(cfg, resolve=True), encoding="utf-8")
    for stale in (result,) if result else _DEFAULT_RESULTS:
        (directory / stale).unlink(missing_ok=True)
    seed, seed_of = task.command_seeds(rng)
    words = {"{config}": str(config_file), "{task_id}": str(task.id), "{seed}": str(seed)}
    arguments = [with_values(part, words, seed_of) for part in _arguments(command)]
    if os.sep in arguments[0]:
        arguments[0] = str(Path(arguments[0]).absolute())
    environment = {
        **os.environ,
        "SWEEPRUN_CONFIG": str(config_file),
        "SWEEPRUN_TASK_ID": str(task.id),
        "SWEEPRUN_SEED": str(seed),
    }
    _execute(arguments, directory, environment)
    return _read_result(directory, result)


def _execute(arguments: Sequence[str], directory: Path, environment: Mapping[str, str]) -> None:
    """Run an executable in a directory, in which it leaves what it prints."""
    with (directory / "stdout.txt").open("wb") as output, (directory / "stderr.txt").open("wb") as errors:
        try:
            code = subprocess.run(
                arguments,
                cwd=directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                check=False,
            ).returncode
        except OSError as error:
            raise CommandError(f"{arguments[0]!r} could not be started: {error.strerror}") from error
    if code:
        ended = f"exit code {code}" if code > 0 else f"signal {-code}"
        raise CommandError(f"{shlex.join(arguments)} ended with {ended}\n{_tail(directory)}")


def _arguments(command: str | Sequence[Any]) -> list[str]:
    parts = shlex.split(command) if isinstance(command, str) else [_argument(part) for part in command]
    if not parts:
        raise CommandError("the command is empty; give the executable and its arguments")
    return parts


def _argument(part: Any) -> str:
    """A config value as an argument: JSON's spelling of null and booleans."""
    return part if isinstance(part, str) else json.dumps(part) if isinstance(part, bool | None) else str(part)


def _tail(directory: Path) -> str:
    """The end of what the executable wrote to standard error, or else to standard output."""
    for name in ("stderr.txt", "stdout.txt"):
        content = (directory / name).read_bytes()[-_TAIL_BYTES:].decode(errors="replace").rstrip()
        if content:
            return "\n".join(content.splitlines()[-_TAIL_LINES:])
    return "it wrote nothing"


def _read_result(directory: Path, result: str | None) -> Any:
    if result is not None:
        return _read_file(directory / result)
    for name in _DEFAULT_RESULTS:
        if (directory / name).exists():
            return _read_file(directory / name)
    return _parse_output((directory / "stdout.txt").read_text(errors="replace").strip())


def _read_file(path: Path) -> Any:
    if not path.exists():
        raise CommandError(f"the executable ended well but made no {path.name!r} in {str(path.parent)!r}")
    if path.suffix not in _READERS:
        raise CommandError(f"the result {path.name!r} should be a {' or '.join(_READERS)} file")
    return _READERS[path.suffix](path)


def _read_json(path: Path) -> Any:
    try:
        return load_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CommandError(f"{path.name!r} is not valid JSON: {error}") from error


def _read_groups(path: Path) -> Any:
    """A netCDF file, or HDF5 of any program, as a Dataset; one with groups as a mapping of their paths to Datasets."""
    from sweeprun.worker.netcdf_values import read_groups

    try:
        loaded = read_groups(path)
    except Exception as error:  # what the netCDF library raises of HDF5 that it doesn't know is of any type
        why = str(error).partition("\n")[0]
        raise CommandError(
            f"{path.name!r} can't be read as netCDF or HDF5 ({type(error).__name__}: {why}); {_READABLE}"
        ) from error
    _check_names(path, loaded.values())
    return loaded if len(loaded) > 1 else loaded["/"]


_READERS = {".json": _read_json, ".nc": _read_groups}
"""What reads the file that an executable left its results in: suffix -> function."""


_READABLE = "write numbers and texts, and give each dataset a dimension scale for all of its axes or for none"


def _check_names(path: Path, datasets: "Collection[xr.Dataset]") -> None:
    """Refuse a file of which the netCDF library may have mistaken one dimension for another.

    It numbers dimensions without names anew if a dataset names others of its axes, and then takes those that may grow,
    or have the length 0, for others.
    """
    nameless = [set(dataset.dims) - set(filter(None, given_names(tuple(dataset.dims)))) for dataset in datasets]
    growing = any(own.intersection(one.encoding["unlimited_dims"]) for own, one in zip(nameless, datasets, strict=True))
    half = (
        name
        for own, one in zip(nameless, datasets, strict=True)
        for name, variable in one.variables.items()
        if 0 < len(own.intersection(variable.dims)) < variable.ndim
    )
    if growing and (name := next(half, None)) is not None:
        raise CommandError(
            f"{path.name!r} has a dimension scale for some axes of {str(name)!r} and not for others, beside datasets "
            f"that may grow or are empty, which netCDF can't tell apart; {_READABLE}"
        )


def _parse_output(output: str) -> Any:
    if not output:
        return None
    for text in (output, output.splitlines()[-1]):
        try:
            return load_json(text)
        except ValueError:
            continue
    raise CommandError(
        f"standard output is no result: its last line is {output.splitlines()[-1][:200]!r}; print a number, nan or "
        "inf, or a JSON object of them last, or write result.json or result.nc"
    )
