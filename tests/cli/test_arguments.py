"""What the subcommands have in common: how a run, a task and overrides are told apart."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sweeprun.cli.arguments import (
    add_allow_drift,
    run_and_words,
    run_parser,
    split_words,
    subcommand_parser,
)
from sweeprun.errors import UsageError


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("words", "path", "chosen"),
    [
        ([], None, []),
        (["17"], None, ["17"]),
        (["lr=0.1", "seed=3"], None, ["lr=0.1", "seed=3"]),
        (["my runs/größte", "17"], Path("my runs/größte"), ["17"]),
        (["lr=0.1", "results.nc", "seed=3"], Path("results.nc"), ["lr=0.1", "seed=3"]),
        (["-1"], Path("-1"), []),
        (["1.5"], Path("1.5"), []),
    ],
)
def test_a_task_is_a_number_or_coordinates_and_the_rest_is_the_run(
    words: list[str], path: Path | None, chosen: list[str]
) -> None:
    assert split_words(words) == (path, chosen)


@pytest.mark.parametrize("name", ["17", "lr=0.1,seed=3"])
@pytest.mark.parametrize("split", [split_words, run_and_words])
def test_what_is_there_is_the_run_whatever_its_name_looks_like(
    split: Callable[[list[str]], tuple[Path | None, list[str]]], name: str
) -> None:
    Path(name).mkdir()
    assert split([name, "lr=0.5"]) == (Path(name), ["lr=0.5"])


def test_overrides_have_an_equals_sign() -> None:
    words = ["one", "hydra.launcher.throttle=3", "+x='a=b'"]
    assert run_and_words(words) == (Path("one"), words[1:])
    assert run_and_words(["17"]) == (Path("17"), [])


@pytest.mark.parametrize("split", [split_words, run_and_words])
def test_two_runs_at_once_are_refused_by_name(split: Callable[[list[str]], object]) -> None:
    with pytest.raises(UsageError, match=r"at a time, not 2: one two$"):
        split(["one", "lr=1", "two"])


def test_help_ends_with_the_example() -> None:
    parser = subcommand_parser("show", "Show a run.", "sweeprun show 17")
    add_allow_drift(parser)
    shown = parser.format_help()
    assert shown.startswith("usage: sweeprun show ")
    assert "--allow-drift" in shown
    assert shown.endswith("example:\n  sweeprun show 17\n")


def test_looking_at_a_run_takes_a_path_and_json() -> None:
    parser = run_parser("status", "Count.", "sweeprun status")
    assert vars(parser.parse_args([])) == {"run": None, "json": False}
    assert vars(parser.parse_args(["--json", "one"])) == {"run": Path("one"), "json": True}
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["one", "two"])
    assert ended.value.code == 2
