"""The origin of a record: what it was made with, and how it is kept as text."""

import json
import re
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.cpus import THREAD_VARIABLES
from sweeprun.provenance.origin import Origin, cpu_model

CPUS = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


pools = st.dictionaries(st.sampled_from(THREAD_VARIABLES), st.from_regex("[0-9A-Za-z,._+-]{1,64}", fullmatch=True))


@given(st.builds(Origin, code=texts, host=texts, cpu=texts, threads=st.integers(0, 2**40), pools=pools))
def test_an_origin_survives_its_text(origin: Origin) -> None:
    text = origin.to_json()
    assert "\n" not in text
    assert Origin.from_json(text) == origin


def test_the_current_origin_is_that_of_this_host() -> None:
    origin = Origin.current("4f1c", {})
    assert origin == Origin(code="4f1c", host=socket.gethostname(), cpu=cpu_model(), threads=0)
    assert origin.cpu


@pytest.mark.parametrize(
    ("value", "threads"), [("4", 4), ("0", 0), ("", 0), ("4,2", 4), ("-1", 0), ("all", 0), ("²", 0), ("٤", 0)]
)
def test_threads_are_what_the_environment_says_as_a_number(value: str, threads: int) -> None:
    assert Origin.current("", {THREAD_VARIABLES[0]: value}).threads == threads


def test_variables_that_say_something_else_are_kept_as_they_were() -> None:
    environ = dict.fromkeys(THREAD_VARIABLES, "2") | {"MKL_NUM_THREADS": "7", "NPROC": "a\nb", "HOME": "/here"}
    origin = Origin.current("", environ)
    assert origin.pools == {"MKL_NUM_THREADS": "7"}
    expected = dict.fromkeys(THREAD_VARIABLES, "2") | {"MKL_NUM_THREADS": "7"}
    assert Origin.from_json(origin.to_json()).thread_variables() == expected
    assert Origin.current("", {"MKL_NUM_THREADS": "7"}).thread_variables() == {}


@pytest.mark.parametrize(
    "pools", [None, 7, [], {"PATH": "/tmp"}, {"NPROC": 3}, {"NPROC": "1\0"}, {"NPROC": "x" * 65}, {"NPROC": ""}]
)
def test_only_thread_variables_are_set_again(pools: object) -> None:
    text = json.dumps({"code": "", "host": "", "cpu": "", "threads": 1, "pools": pools})
    assert Origin.from_json(text).thread_variables() == dict.fromkeys(THREAD_VARIABLES, "1")


@pytest.mark.parametrize("threads", [-1, 2**70])
def test_a_number_of_threads_that_makes_no_sense_is_not_known(threads: int) -> None:
    assert Origin.from_json(json.dumps({"code": "c", "host": "", "cpu": "", "threads": threads})) == Origin(code="c")


def test_without_an_environment_this_process_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREAD_VARIABLES[0], "3")
    assert Origin.current("").threads == 3


@pytest.mark.skipif("model name" not in CPUS, reason="the system has no list that names its processors")
def test_the_processor_has_the_name_that_the_system_has_for_it() -> None:
    assert re.search(rf"^model name\s*: {re.escape(cpu_model())}$", CPUS, re.MULTILINE)


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[]", "7", "null", "{}", json.dumps({"code": "a", "host": "b", "cpu": "c"}), "[" * 100_000,
     json.dumps({"code": "a", "host": "b", "cpu": "c", "threads": "many"})],
)  # fmt: skip
def test_of_an_origin_that_can_not_be_read_nothing_is_known(text: str) -> None:
    assert Origin.from_json(text) == Origin()


def test_a_number_beyond_all_numbers_is_an_origin_of_which_nothing_is_known() -> None:
    assert Origin.from_json('{"code":"a","host":"b","cpu":"c","threads":1e999}') == Origin()
