"""Options of sbatch: what is taken, what is refused, and how a script says it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.errors import UsageError
from sweeprun.launchers.slurm.options import (
    EXCLUSIVE,
    FLAGS,
    MAYBE_FLAGS,
    OPTIONS,
    OURS,
    directive,
    normalize_options,
    submitit_hint,
)
from sweeprun.wording import Option


def test_names_take_either_dash_and_values_become_text() -> None:
    options = {"mem_per_cpu": "2G", "mail-type": ["END", "FAIL"], "nice": 100, "time": 90, "hold": True}
    assert normalize_options(options) == {
        "mem-per-cpu": "2G",
        "mail-type": "END,FAIL",
        "nice": "100",
        "time": "90",
        "hold": None,
    }


def test_what_is_off_is_left_out() -> None:
    options: dict[str, Any] = {"hold": False, "exclusive": None, "exclude": [], "mem": None, "cpus_per_task": None}
    options["mem_per_cpu"] = "2G"
    assert normalize_options(options) == {"mem-per-cpu": "2G"}


def test_some_options_may_go_without_a_value() -> None:
    assert normalize_options({"exclusive": True, "nice": True}) == {"exclusive": None, "nice": None}
    assert normalize_options({"exclusive": "user", "nice": -5}) == {"exclusive": "user", "nice": "-5"}


@pytest.mark.parametrize("name", ["dependency", "export", "comment", "job-name", "container-id", "tres-per-task"])
def test_these_are_the_users(name: str) -> None:
    assert normalize_options({name: "x"}) == {name: "x"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"partitoin": "main"}, r"K\.partitoin is no option of sbatch: did you mean K\.partition\?"),
        ({"Partition": "main"}, r"did you mean K\.partition\?"),
        ({"frobnicate": 1}, r"K\.frobnicate is no option of sbatch: names are sbatch's long ones"),
        ({1: 2}, r"K\.1 is no option"),
        ({"": "x"}, r"K has an option with the name ''"),
        ({"--": "x"}, r"K has an option with the name '--'"),
        ({"p": "main"}, r"K\.p is a short option; use its long name, K\.partition"),
        ({"-p": "main"}, r"use its long name, K\.partition"),
        ({"--mem": "2G"}, r"K\.--mem has too many dashes; write K\.mem"),
        ({"array": "0-3"}, r"K\.array='0-3': --array is set by sweeprun; use hydra\.launcher\.throttle"),
        ({"cpus_per_task": 3}, r"K\.cpus_per_task=3: .* use hydra\.launcher\.cpus_per_task"),
        ({"requeue": False}, r"K\.requeue=False: .* use hydra\.launcher\.requeues"),
        ({"nodes": 2}, r"hydra\.launcher\.workers_per_job"),
        ({"output": "x"}, r"`sweeprun logs`"),
        ({"signal": "USR1@60"}, r"hydra\.launcher\.warning_seconds"),
        ({"clusters": "a"}, r"several clusters are not supported"),
        ({"export-file": "x"}, r"use K\.export"),
        ({"timeout_min": 5}, r"K\.timeout_min is no option of sbatch: use K\.time, in minutes"),
        ({"mem_gb": 5}, r"use K\.mem=NG"),
        ({"throttle": 5}, r"use hydra\.launcher\.throttle"),
        ({"mem-per-cpu": "1G", "mem_per_cpu": "2G"}, r"K has --mem-per-cpu twice, once as mem_per_cpu"),
        ({"mem": "1G", "mem_per_cpu": "2G"}, r"K has mem and mem-per-cpu, of which sbatch takes only one"),
        ({"partition": True}, r"K\.partition is true, but --partition needs a value"),
        ({"hold": "yes"}, r"K\.hold is 'yes', but --hold takes no value"),
        ({"comment": "a\nb"}, r"K\.comment is 'a\\nb'; it may hold no newline"),
        ({"exclude": ["a", "b\0"]}, r"no newline or NUL"),
        ({"gres": {"gpu": 1}}, r"K\.gres is \{'gpu': 1\}; it must be a text, a number, or a list"),
        ({"exclude": ["a", ["b"]]}, r"K\.exclude is .* it must be"),
        ({"exclude": ["a", True]}, r"K\.exclude is .* it must be"),
        ({"mem": float("nan")}, r"K\.mem is nan; it must be"),
    ],
)
def test_what_is_refused_says_what_would_be_right(options: dict[Any, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        normalize_options(options, key=Option("", "K"))


def test_a_time_that_yaml_read_as_a_number_is_refused() -> None:
    with pytest.raises(UsageError, match=r"time is the number 14400, .*'4:00:00'; if you mean it, write '10-00:00'"):
        normalize_options({"time": 14400})  # what `time: 4:00:00` is without quotes
    assert normalize_options({"time": "14400"}) == {"time": "14400"}
    assert normalize_options({"time": 1440, "mem": 14400}) == {"time": "1440", "mem": "14400"}


def test_the_tables_agree() -> None:
    assert set(OURS) <= OPTIONS
    assert not FLAGS & MAYBE_FLAGS
    assert all(group <= OPTIONS for group in EXCLUSIVE)
    assert all(name == name.lower() and "_" not in name for name in OPTIONS)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("array_parallelism", "use hydra.launcher.throttle"),
        ("timeout_min", "use hydra.launcher.sbatch.time, in minutes"),
        ("mem_gb", "use hydra.launcher.sbatch.mem=NG, N being the gigabytes"),
        ("tasks_per_node", "use hydra.launcher.workers_per_job"),
        ("gpus_per_node", "use hydra.launcher.sbatch.gpus-per-node"),
        ("name", "use hydra.launcher.sbatch.job-name"),
        ("max_num_timeout", "use hydra.launcher.requeues"),
        ("signal_delay_s", "use hydra.launcher.warning_seconds"),
        ("additional_parameters", "write its entries into hydra.launcher.sbatch"),
        ("cpus_per_task", "use hydra.launcher.cpus_per_task"),
        ("setup", "use hydra.launcher.setup"),
        ("partition", "use hydra.launcher.sbatch.partition"),
        ("mem-per-cpu", "use hydra.launcher.sbatch.mem-per-cpu"),
        ("requeue", "use hydra.launcher.requeues, 0 for none"),
        ("frobnicate", None),
    ],
)
def test_other_launchers_names_are_answered_with_ours(name: str, hint: str | None) -> None:
    assert submitit_hint(name) == hint


def test_every_option_of_submitits_launcher_has_a_hint() -> None:
    names = (
        "submitit_folder timeout_min cpus_per_task gpus_per_node tasks_per_node mem_gb nodes name stderr_to_stdout "
        "partition qos comment constraint exclude gres cpus_per_gpu gpus_per_task mem_per_gpu mem_per_cpu account "
        "signal_delay_s max_num_timeout additional_parameters array_parallelism setup srun_args"
    )
    assert [name for name in names.split() if submitit_hint(name) is None] == []


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (None, "#SBATCH --comment"),
        ("", '#SBATCH --comment=""'),
        ("4:00:00", "#SBATCH --comment=4:00:00"),
        ("0-39%10", "#SBATCH --comment=0-39%10"),
        ("x y", '#SBATCH --comment="x y"'),
        ("it's", '#SBATCH --comment="it\'s"'),
        ("\"both'", '#SBATCH --comment="\\"both\'"'),
        ("a\\b", '#SBATCH --comment="a\\\\b"'),
        ("a#b", '#SBATCH --comment="a#b"'),
        ("$(touch x); `id` & ü %A", '#SBATCH --comment="$(touch x); `id` & ü %A"'),
        ("end\\", '#SBATCH --comment="end\\\\"'),
        ('\\"', '#SBATCH --comment="\\\\\\""'),
    ],
)
def test_lines_that_sbatch_was_seen_to_read_as_this_value(value: str | None, line: str) -> None:
    assert directive("comment", value) == line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a#b", ["a"]),
        ('"a#b"', ["a#b"]),
        ("with space", ["with", "space"]),
        ("a\\b", ["ab"]),
        ("'a\\b'", ["ab"]),
        ('"a\\nb"', ["anb"]),
        ("'it'\\''s'", ["it's"]),
        ("\"ab\"'c d'e", ["abc de"]),
        ("a\\ b", ["a", "b"]),
    ],
)
def test_the_model_of_sbatchs_parser_is_what_was_seen(text: str, words: list[str]) -> None:
    assert read_directive("#SBATCH " + text) == words


@given(st.text(st.characters(exclude_characters="\n\0", exclude_categories=["Cs"])))
def test_sbatch_gets_exactly_the_value(value: str) -> None:
    line = directive("comment", value)
    assert "\n" not in line
    assert read_directive(line) == [f"--comment={value}"]


@given(st.sampled_from(sorted(OPTIONS - set(OURS) - FLAGS)), st.text(), st.booleans())
def test_any_value_is_kept_or_refused(name: str, value: str, underscores: bool) -> None:
    given_name = name.replace("-", "_") if underscores else name
    try:
        assert normalize_options({given_name: value}) == {name: value}
    except UsageError:
        assert "\n" in value or "\0" in value


def read_directive(line: str) -> list[str]:
    """The words of a line as sbatch reads them."""
    words: list[str] = []
    text = line.removeprefix("#SBATCH")
    at = 0
    while True:
        while at < len(text) and text[at] in " \t\v\f\r":
            at += 1
        word, quote, escaped, begun = "", "", False, at
        while at < len(text) and (quote or text[at] not in " \t\v\f\r"):
            character = text[at]
            at += 1
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
                continue
            elif quote:
                if character == quote:
                    quote = ""
                    continue
            elif character in "\"'":
                quote = character
                continue
            elif character == "#":
                at = len(text)
                break
            word += character
        assert not quote, "sbatch refuses an unmatched quote"
        if at == begun:
            return words
        if word:
            words.append(word)
