"""Executables as tasks: what they are given, and what is read of what they leave."""

import math
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from omegaconf import OmegaConf

from sweeprun.design.streams import CommandSeeds, Streams
from sweeprun.errors import CommandError, UsageError
from sweeprun.store.payloads import Layout, decode_result, encode_result
from sweeprun.worker.command import _read_groups, command
from sweeprun.worker.task_handle import RunningTask

CONFIG = OmegaConf.create({"lr": 0.1, "double": "${lr}", "name": "größe"})


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    directory = tmp_path / "my 'run' ü" / "7"
    directory.mkdir(parents=True)
    return directory


def execute(directory: Path, words: Any, result: str | None = None, *, streams: Streams | None = None) -> Any:
    streams = streams or Streams()
    task = RunningTask(id=7, attempt=1, stream=7, coordinates={}, _make_directory=lambda: directory, _streams=streams)
    return command(words, CONFIG, streams.generator(7), task, result)


def shell(directory: Path, script: str, result: str | None = None) -> Any:
    return execute(directory, ["sh", "-c", script], result)


def test_the_executable_finds_its_task_in_its_directory_and_environment(directory: Path) -> None:
    seed = Streams().seed(7)
    script = 'pwd; echo "$SWEEPRUN_CONFIG"; echo "$SWEEPRUN_TASK_ID"; echo "[$SWEEPRUN_SEED]"'
    assert execute(directory, ["sh", "-c", script]) == [seed]
    printed = (directory / "stdout.txt").read_text().splitlines()
    assert printed == [str(directory), str(directory / "config.yaml"), "7", f"[{seed}]"]
    config = OmegaConf.load(directory / "config.yaml")
    assert config == {"lr": 0.1, "double": 0.1, "name": "größe"}
    assert "${" not in (directory / "config.yaml").read_text()


def test_words_stand_for_the_values_of_the_task(directory: Path) -> None:
    words = ["printf", '["%s", "%s", "%s"]', "{task_id}", "seed={seed}", "{config}"]
    assert execute(directory, words) == ["7", f"seed={Streams().seed(7)}", str(directory / "config.yaml")]


def test_a_seed_has_as_many_bits_as_the_program_takes(directory: Path) -> None:
    words = ["printf", '["%s", "%s", "%s"]', "{seed:31}", "--seed={seed:64}", "${seeds}"]
    seed = Streams().seed
    assert execute(directory, words) == [f"{seed(7, 31)}", f"--seed={seed(7, 64)}", "${seeds}"]
    with pytest.raises(UsageError, match="a seed of 8 bits: they are from 16 to 64"):
        execute(directory, "echo {seed:8}")


def test_a_mistyped_word_is_refused_and_nothing_is_run(directory: Path) -> None:
    for word, meant in (("{seed:}", "{seed:31}"), ("{SEED}", "{seed}"), ("{lr}", "${lr}")):
        with pytest.raises(UsageError, match=re.escape(f"did you mean {meant}")):
            execute(directory, ["echo", word])
    assert not (directory / "stdout.txt").exists()


def test_the_seed_is_the_streams_which_in_older_runs_is_the_first_number_drawn(directory: Path) -> None:
    of_root = Streams(root_seed=3)
    assert execute(directory, ["echo", "{seed}"], streams=of_root) == of_root.seed(7) != Streams().seed(7)
    old = Streams(command_seeds=CommandSeeds.DRAWN)
    assert execute(directory, ["echo", "{seed}"], streams=old) == np.random.default_rng(7).integers(2**32)


def test_arguments_that_are_no_texts_are_written_as_in_json(directory: Path) -> None:
    words = ["printf", '["%s", "%s", "%s", "%s"]', None, True, 3, 0.5]
    assert execute(directory, words) == ["null", "true", "3", "0.5"]


def test_one_string_is_split_as_by_a_shell_with_no_shell_behind_it(directory: Path) -> None:
    assert execute(directory, """printf '["%s", "%s"]' 'a b' '$HOME;*'""") == ["a b", "$HOME;*"]


def test_a_relative_path_is_that_of_the_directory_of_the_sweep(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    program = tmp_path / "sïmulate"
    program.write_text("#!/bin/sh\necho 5\n")
    program.chmod(0o755)
    assert execute(directory, ["./sïmulate"]) == 5


@pytest.mark.parametrize(
    ("script", "result"),
    [
        ("true", None),
        ("echo 2.5", 2.5),
        ("echo working; echo '{\"x\": [1, 2]}'", {"x": [1, 2]}),
        ("printf '[1,\\n2]'", [1, 2]),
        ("echo 1; echo 2 >&2", 1),
        ('echo working; echo \'{"x": -inf, "y": 2}\'', {"x": -math.inf, "y": 2}),
        ("printf inf", math.inf),
        ("echo '{\"x\": inf}' > result.json", {"x": math.inf}),
        ("echo 1; echo '{\"x\": 3}' > result.json", {"x": 3}),
    ],
)
def test_the_result_is_a_file_or_what_was_printed(directory: Path, script: str, result: Any) -> None:
    assert shell(directory, script) == result


def test_a_result_of_an_earlier_attempt_is_not_taken_for_this_ones(directory: Path) -> None:
    (directory / "result.json").write_text("1")
    (directory / "own.json").write_text("1")
    assert shell(directory, "echo 2") == 2
    with pytest.raises(CommandError, match=r"made no 'own\.json'"):
        shell(directory, "echo 2", "own.json")
    assert shell(directory, "echo 3 > own.json", "own.json") == 3


def test_a_dataset_is_read_into_memory(directory: Path, tmp_path: Path) -> None:
    expected = xr.Dataset({"v": ("t", [1.5, 2.5])}, {"t": [3, 4]})
    expected.to_netcdf(tmp_path / "made.nc")
    found = execute(directory, ["cp", str(tmp_path / "made.nc"), "result.nc"])
    (directory / "result.nc").unlink()
    xr.testing.assert_identical(found, expected)


@pytest.mark.parametrize(
    ("script", "match"),
    [
        ("echo no >&2; exit 3", r"exit code 3\nno$"),
        ("echo printed; exit 1", r"exit code 1\nprinted$"),
        ("exit 1", "exit code 1\nit wrote nothing$"),
        ("kill -9 $$", "ended with signal 9"),
        ("echo '{'", r"its last line is '\{'; print a number"),
        ("echo '{' > result.json", r"'result\.json' is not valid JSON"),
    ],
)
def test_what_went_wrong_is_in_the_message(directory: Path, script: str, match: str) -> None:
    with pytest.raises(CommandError, match=match):
        shell(directory, script)


def test_of_much_output_the_message_has_the_end(directory: Path) -> None:
    with pytest.raises(CommandError) as raised:
        shell(directory, "seq 100000 >&2; exit 1")
    assert str(raised.value).splitlines()[1:] == [str(i) for i in range(99981, 100001)]


@pytest.mark.parametrize(
    ("words", "result", "match"),
    [
        ([], None, "the command is empty"),
        ("  ", None, "the command is empty"),
        (["no-such-prögram"], None, "'no-such-prögram' could not be started: No such file"),
        (["cp", os.devnull, "result.txt"], "result.txt", r"'result\.txt' should be a \.json or \.nc file"),
    ],
)
def test_what_can_not_be_run_or_read_is_named(directory: Path, words: Any, result: str | None, match: str) -> None:
    with pytest.raises(CommandError, match=match):
        execute(directory, words, result)


@pytest.mark.parametrize("kind", CommandSeeds)
def test_each_command_of_a_task_has_a_seed_of_its_own(directory: Path, kind: CommandSeeds) -> None:
    streams = Streams(command_seeds=kind)
    rng, same = np.random.default_rng(5), np.random.default_rng(5)
    task = RunningTask(id=7, attempt=1, stream=7, coordinates={}, _make_directory=lambda: directory, _streams=streams)
    seeds = [command("printf {seed}", CONFIG, rng, task) for _ in range(2)]
    if kind is CommandSeeds.DRAWN:
        assert seeds == same.integers(2**32, size=2).tolist()
    else:
        assert seeds == [streams.seed(7), streams.seed(7, series=1)]
        assert rng.random() == same.random()


def test_a_netcdf_file_of_the_old_format_has_no_groups(directory: Path, tmp_path: Path) -> None:
    expected = xr.Dataset({"loss": 0.5})
    expected.to_netcdf(tmp_path / "made.nc", format="NETCDF3_CLASSIC")
    found = execute(directory, ["cp", str(tmp_path / "made.nc"), "result.nc"])
    xr.testing.assert_identical(found, expected)


def test_groups_of_a_netcdf_file_are_read_too(directory: Path, tmp_path: Path) -> None:
    xr.Dataset({"loss": 0.5}).to_netcdf(tmp_path / "made.nc")
    groups = {"/train": ("epoch", [1.0, 2.0]), "/train/deep": ("epoch", [3.0]), "/test": ("epoch", [4.0])}
    for path, values in groups.items():  # no one tree, since an inner dimension has another length
        xr.Dataset({"acc": values}).to_netcdf(tmp_path / "made.nc", mode="a", group=path)
    found = execute(directory, ["cp", str(tmp_path / "made.nc"), "result.nc"])
    layout, payload = encode_result(found)
    variables = Layout.from_json(layout).variables
    arrays = decode_result(Layout.from_json(layout), payload)
    assert {one.name: (one.dims, array.tolist()) for one, array in zip(variables, arrays, strict=True)} == {
        "loss": ((), 0.5),
        "train.acc": (("train.epoch",), [1.0, 2.0]),
        "train.deep.acc": (("train.deep.epoch",), [3.0]),
        "test.acc": (("test.epoch",), [4.0]),
    }


HDF5 = Path(__file__).parent / "data"
"""Files of one program, written without names for dimensions: in one all lengths are 3, in the other some are 4."""


@pytest.mark.parametrize(("file", "modes"), [("same-lengths.h5", 3), ("other-lengths.h5", 4)])
def test_dimensions_of_hdf5_that_have_no_names_are_named_by_variable(directory: Path, file: str, modes: int) -> None:
    layout, payload = encode_result(execute(directory, ["cp", str(HDF5 / file), "result.nc"]))
    variables = Layout.from_json(layout).variables
    assert {one.name: dict(zip(one.dims, one.shape, strict=True)) for one in variables} == {
        "energy": {},
        "events": {"events_0": 0, "events_1": 3},
        "matrix": {"matrix_0": 3, "matrix_1": modes},
        "profile": {"profile_0": 3},
        "weights": {"weights_0": modes},
        "time": {"time": 2},
        "flux": {"time": 2},
        "grid.cells": {},
        "grid.profile": {"grid.profile_0": modes},
        "grid.fine.matrix": {"grid.fine.matrix_0": modes, "grid.fine.matrix_1": modes},
    }
    arrays = dict(zip((one.name for one in variables), decode_result(Layout.from_json(layout), payload), strict=True))
    assert arrays["matrix"].tolist() == np.arange(3.0 * modes).reshape(3, modes).tolist()


def test_a_file_that_netcdf_can_not_read_is_named(directory: Path) -> None:
    with pytest.raises(CommandError, match=r"'result\.nc' can't be read as netCDF or HDF5 \(.*dimension scale"):
        shell(directory, "echo no > result.nc")


def test_dimensions_that_netcdf_may_mistake_for_others_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    half = xr.Dataset({"flux": (("time", "phony_dim_1"), np.zeros((2, 3))), "events": ("phony_dim_2", [])})
    half.encoding["unlimited_dims"] = {"phony_dim_2"}
    monkeypatch.setattr(xr, "open_groups", lambda _: {"/": half})
    with pytest.raises(CommandError, match="for some axes of 'flux' and not for others"):
        _read_groups(Path("result.nc"))
    half.encoding["unlimited_dims"] = {"time"}
    assert _read_groups(Path("result.nc")) is half
