"""What is asked for in Python: the launcher, the policy, and how errors come back."""

from dataclasses import dataclass
from typing import Any

import pytest

from sweeprun.errors import OverrideError, UsageError
from sweeprun.notebook.options import changes_of, in_python, trusts
from sweeprun.wording import PYTHON, TERMINAL, speaking, sweeper


@dataclass
class Cluster:
    name: str = "slurm"
    tasks_per_job: int = 3


@pytest.mark.parametrize(
    ("launcher", "throttle", "name", "options"),
    [
        (None, None, None, {}),
        ("local", None, "local", {}),
        ({"name": "slurm", "sbatch": {"time": 30}}, 4, "slurm", {"sbatch": {"time": 30}, "throttle": 4}),
        (Cluster(), None, "slurm", {"tasks_per_job": 3}),
    ],
)
def test_a_launcher_is_a_name_or_options(
    launcher: Any, throttle: int | None, name: str | None, options: dict[str, Any]
) -> None:
    given = changes_of(launcher, throttle, {"retries": 2, "timeout": None})
    assert (given.name, given.options, given.of_policy) == (name, options, {"retries": 2})


def test_what_is_neither_is_refused() -> None:
    with pytest.raises(OverrideError, match="launcher is 3; give 'local', 'slurm'"):
        changes_of(3, None, {})


def test_errors_speak_python_and_show_nothing_of_what_is_inside() -> None:
    def deep() -> None:
        raise UsageError(f"{sweeper('members')} is 0")

    with speaking(TERMINAL), pytest.raises(UsageError, match=r"^members is 0$") as raised, in_python():
        deep()
    assert "deep" not in [entry.name for entry in raised.traceback]


def test_what_is_no_truth_value_is_for_an_axis_called_trust() -> None:
    values: dict[str, Any] = {}
    with speaking(PYTHON):
        assert trusts(True, values)
        assert not trusts([1, 2], values)
    assert values == {"trust": [1, 2]}


@pytest.mark.parametrize("names", ["ValueError", ["ValueError"], ("ValueError",), {"ValueError"}])
def test_one_name_of_an_exception_is_one_name(names: Any) -> None:
    assert changes_of(None, None, {"retry_on": names}).of_policy == {"retry_on": ["ValueError"]}


@pytest.mark.parametrize("names", ["", 3, [3], [None], b"ValueError", [ValueError]])
def test_what_is_no_name_of_an_exception_is_refused(names: Any) -> None:
    with pytest.raises(OverrideError, match=r"retry_on has .*; give names of exceptions, such as \['ValueError'"):
        changes_of(None, None, {"retry_on": names})
