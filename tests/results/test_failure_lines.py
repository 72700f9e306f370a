"""Where and why a task failed, from what its record keeps."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sweeprun.results.failure_lines import SourceLine, Told, source_line, told_of
from sweeprun.worker.failure import failure_of


def told_by(source: str, filename: str, name: str = "run", **names: Any) -> Told:
    """What is told of the failure of a function in some source."""
    return told_of_call(function_in(source, filename, name, **names))


def function_in(source: str, filename: str, name: str = "run", **names: Any) -> Callable[[], Any]:
    namespace: dict[str, Any] = dict(names)
    exec(compile(source, filename, "exec"), namespace)  # stands for a user's file
    return namespace[name]  # type: ignore[no-any-return]


def told_of_call(function: Callable[[], Any]) -> Told:
    try:
        function()
    except BaseException as error:  # noqa: BLE001  # any may be a failure
        trace = error.__traceback__
        assert trace is not None
        failure = failure_of(error.with_traceback(trace.tb_next))  # this test is no user's code
        return told_of(failure.type, failure.message, failure.traceback)
    raise AssertionError("it did not fail")


def shown(told: Told) -> tuple[str, str]:
    return (told.where.shown("/home/ann/study") if told.where else "", told.what)


def test_the_innermost_line_of_the_users_own_files() -> None:
    post = function_in("def load(table):\n    return table['value']", "/home/ann/study/post.py", "load")
    told = told_by("def run():\n    return load({})\n", "/home/ann/study/study.py", load=post)
    assert shown(told) == ("post.py:2", "KeyError: 'value'")
    assert told.where == SourceLine(file="/home/ann/study/post.py", line=2, function="load")


def test_lines_of_libraries_are_passed_over() -> None:
    told = told_by("def run():\n    return json.loads('[1')\n", "/home/ann/study/io/read.py", json=json)
    assert shown(told) == ("io/read.py:2", "JSONDecodeError: Expecting ',' delimiter: line 1 column 3 (char 2)")


@pytest.mark.parametrize("file", ["numpy/random/_common.pyx", "index.pyx", "pandas/_libs/hashtable_class_helper.pxi"])
def test_lines_of_compiled_extensions_are_passed_over(file: str) -> None:
    told = told_by(
        "def run():\n    return cut(-1)\n", "/x/s.py", cut=function_in("def cut(n):\n    1 / 0", file, "cut")
    )
    assert shown(told)[0] == "s.py:2"


def test_of_a_chain_the_last_exception_counts() -> None:
    source = """
def run():
    try:
        {}['a']
    except KeyError as error:
        raise ValueError('no a\\nin it') from error
"""
    assert shown(told_by(source, "/home/ann/study/s.py")) == ("s.py:6", "ValueError: no a")
    assert shown(told_by(source.replace(" from error", ""), "/x/s.py")) == ("s.py:6", "ValueError: no a")


def test_of_a_chain_whose_last_exception_is_a_librarys_the_cause_counts() -> None:
    text = (
        'Traceback (most recent call last):\n  File "/home/ann/s.py", line 2, in run\n    {}["a"]\nKeyError: \'a\'\n\n'
        "The above exception was the direct cause of the following exception:\n\n"
        'Traceback (most recent call last):\n  File "/env/lib/python3.12/site-packages/hydra/c.py", line 9, in call\n'
        "RuntimeError: x\n"
    )
    assert source_line(text) == SourceLine(file="/home/ann/s.py", line=2, function="run")


@pytest.mark.parametrize("count", [1, 2, 20])
def test_of_a_group_the_first_exception_counts(count: int) -> None:
    source = f"""
def part(i):
    raise ValueError(f'bad {{i}}')
def run():
    errors = []
    for i in range({count}):
        try:
            part(i)
        except ValueError as error:
            errors.append(error)
    raise ExceptionGroup('several', errors)
"""
    sub = "sub-exception" if count == 1 else "sub-exceptions"
    assert shown(told_by(source, "/x/s.py")) == (
        "s.py:3",
        f"ExceptionGroup: several ({count} {sub}); the first: ValueError: bad 0",
    )


def test_a_group_within_a_group() -> None:
    source = """
def run():
    try:
        {}['a']
    except KeyError as error:
        inner = ExceptionGroup('inner', [error, ValueError('x')])
    raise ExceptionGroup('outer', [inner])
"""
    assert shown(told_by(source, "/x/s.py"))[0] == "s.py:4"


def test_groups_within_groups_without_end() -> None:
    level = "Exception Group Traceback (most recent call last):\n  +-+---------------- 1 ----------------\n"
    assert source_line(level * 5000) is None
    assert told_of("E", "m", level * 5000).what.startswith("E: m")


def test_a_file_that_can_not_be_compiled(tmp_path: Path) -> None:
    (tmp_path / "broken_part.py").write_text("a = 1\nb = = 2\n")
    source = f"def run():\n    import sys\n    sys.path.insert(0, {str(tmp_path)!r})\n    import broken_part\n"
    assert shown(told_by(source, "/x/s.py")) == (
        "broken_part.py:2",
        "SyntaxError: invalid syntax (broken_part.py, line 2)",
    )


def test_a_module_that_is_missing() -> None:
    told = told_by("def run():\n    import no_such_module_at_all\n", "/x/s.py")
    assert shown(told) == ("s.py:2", "ModuleNotFoundError: No module named 'no_such_module_at_all'")


@pytest.mark.parametrize("file", ["/tmp/ipykernel_4711/123456.py", "<ipython-input-3-abc>"])
def test_a_cell_of_a_notebook(file: str) -> None:
    assert shown(told_by("def run():\n    1 / 0\n", file)) == ("cell:2 in run", "ZeroDivisionError: division by zero")


@pytest.mark.parametrize("file", ["<stdin>", "<string>"])
def test_what_was_typed(file: str) -> None:
    assert shown(told_by("def run():\n    1 / 0\n", file))[0] == f"{file}:2"


def test_a_study_that_is_installed() -> None:
    text = (
        'Traceback (most recent call last):\n  File "/e/site-packages/study/a.py", line 3, in run\n'
        '  File "/e/site-packages/numpy/b.py", line 9, in mean\nValueError: x\n'
    )
    assert source_line(text) == SourceLine(file="/e/site-packages/study/a.py", line=3, function="run")


def test_a_message_can_not_pose_as_a_line() -> None:
    source = "def run():\n    raise ValueError('x\\n  File \"/etc/evil.py\", line 3, in f\\n')"
    assert shown(told_by(source, "/x/s.py")) == ("s.py:2", "ValueError: x")


def test_no_message_and_no_traceback() -> None:
    assert told_of("timeout", "it took longer than 5 s (timeout)", "").where is None
    assert told_of("AssertionError", "", "").what == "AssertionError"
    assert len(told_of("E", "m" * 10_000, "").what) < 300


def test_a_traceback_whose_beginning_is_cut_off() -> None:
    assert source_line('n run\n  File "/x/s.py", line 3, in f\n    g()\nRecursionError: x\n') is None
    assert source_line('    f()\n  File "/x/s.py", line 3, in f\n    g()\nE: x\n') == SourceLine(
        file="/x/s.py", line=3, function="f"
    )


def test_a_command_and_the_last_line_of_what_it_said() -> None:
    told = told_of("CommandError", "/opt/bin/simulate --rate 0.1 ended with exit code 3\nreading\nno such grid\n", "")
    assert shown(told) == ("simulate", "exit code 3: no such grid")
    script = told_of("CommandError", "python3.12 /opt/ab.py --rate 1 ended with signal 9\nit wrote nothing\n", "")
    assert shown(script) == ("ab.py", "signal 9: it wrote nothing")
    assert shown(told_of("CommandError", "'./x' could not be started: No such file", ""))[1] == (
        "CommandError: './x' could not be started: No such file"
    )


def test_a_command_that_is_a_script_of_python(tmp_path: Path) -> None:
    script = tmp_path / "simulate.py"
    script.write_text("def f():\n    return {}['value']\nf()\n")
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    told = told_of("CommandError", f"python simulate.py ended with exit code 1\n{ended.stderr}", "")
    assert told.where == SourceLine(file=str(script), line=2, function="f")
    assert told.what == "exit code 1: KeyError: 'value'"


def test_a_line_that_ends_in_a_colon_goes_on() -> None:
    message = "Error in call to target 'tm.Model':\nValueError('lr too big')\nfull_key: task"
    told = told_of("InstantiationException", message, "")
    assert told.what == "InstantiationException: Error in call to target 'tm.Model': ValueError('lr too big')"
    assert told_of("RuntimeError", "child failed:", "").what == "RuntimeError: child failed:"
