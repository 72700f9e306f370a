"""The config of a study that runs an executable."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from sweeprun.cli.init_command import Command
from sweeprun.errors import UsageError


def config(line: str) -> Any:
    return OmegaConf.create(Command.parse(line).config())


def test_parameters_are_keys_of_the_config_and_words_refer_to_them() -> None:
    command = Command.parse("'./my simulation' --rate {rate=0.1} --mode={mode=größte}-{rate} {n}")
    assert command.parameters == {"rate": "0.1", "mode": "größte", "n": None}
    assert command.words == ("./my simulation", "--rate", "${rate}", "--mode=${mode}-${rate}", "${n}")
    read = OmegaConf.create(command.config())
    assert (read.rate, read.mode) == (0.1, "größte")
    assert OmegaConf.is_missing(read, "n")
    read.n = 3
    assert read.task.command == ["./my simulation", "--rate", 0.1, "--mode=größte-0.1", 3]


def test_what_each_task_fills_in_is_no_parameter() -> None:
    command = Command.parse("./simulate {seed} {task_id} {config} '{\"a\": 1}' {1x} {}")
    assert command.parameters == {}
    assert command.words[1:] == ("{seed}", "{task_id}", "{config}", '{"a": 1}', "{1x}", "{}")


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("3", 3),
        ("-1e-3", -0.001),
        ("true", True),
        ("yes", "yes"),
        ("null", "null"),
        ("a: b # c", "a: b # c"),
        ("", ""),
        ("010", "010"),
        ("-08", "-08"),
    ],
)
def test_numbers_and_truth_values_are_what_they_look_like_and_all_else_is_text(value: str, read: object) -> None:
    assert config(f"./simulate '{{x={value}}}'").x == read


@given(
    st.text("ab \"'\\:#[]&*!|>%@`,-?~…ü", max_size=8).filter(lambda text: text != "???")
)  # which stands for a value that is missing
def test_any_text_comes_back_from_yaml(value: str) -> None:
    command = Command(words=("./simulate", value), parameters={"x": value})
    read = OmegaConf.create(command.config())
    assert read.x == value
    assert read.task.command[1] == value


def test_a_parameter_may_be_named_again_without_its_value() -> None:
    assert Command.parse("a {n} {n=2} {n} {n=2}").parameters == {"n": "2"}
    with pytest.raises(UsageError, match="gives 'n' two values, 2 and 3; keep one"):
        Command.parse("a {n=2} {n=3}")


@pytest.mark.parametrize("word", ["|", "&&", ">", "2>&1", "${HOME}"])
def test_what_only_a_shell_reads_is_refused_by_name(word: str) -> None:
    with pytest.raises(UsageError) as refused:
        Command.parse(f"a {word} b")
    assert f"so {word!r} would be a mere word" in str(refused.value)


@pytest.mark.parametrize("name", ["task", "hydra"])
def test_keys_that_a_config_has_already_are_no_parameters(name: str) -> None:
    with pytest.raises(UsageError, match=f"a config has a key '{name}' already"):
        Command.parse(f"a {{{name}=1}}")


def test_what_to_sweep_names_the_parameters_without_a_value() -> None:
    assert Command.parse("a {x} {y=1} {z}").sweep() == "x=… z=… hydra.sweeper.members=20"
    assert Command.parse("a").sweep() == "hydra.sweeper.members=20"
