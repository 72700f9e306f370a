"""What launchers say of themselves."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from sweeprun.launchers.capabilities import NOT_AN_OPTION, Capabilities, capabilities_in, option_fields
from sweeprun.launchers.local import LocalLauncher
from sweeprun.launchers.local_options import LocalOptions
from sweeprun.launchers.registry import OUR_LAUNCHERS, capabilities_of
from sweeprun.launchers.slurm.launcher import SlurmLauncher
from sweeprun.launchers.slurm.launcher_options import SlurmOptions


@pytest.mark.parametrize(
    ("text", "jobs", "called"),
    [
        ("", ["7", "8"], "cloud 7, 8"),
        ("", [""], "cloud"),
        ("job {jobs}", ["7"], "job 7"),
        ("{of} machines {jobs}", ["7"], "{of} machines 7"),
    ],
)
def test_a_submission_is_called_as_its_launcher_says(text: str, jobs: list[str], called: str) -> None:
    assert Capabilities(submission_text=text).submission("cloud", jobs) == called


@pytest.mark.parametrize("kind", [None, 3, dict])
def test_what_says_nothing_can_do_what_all_can(kind: Any) -> None:
    assert capabilities_in(kind) == Capabilities()


def test_options_are_the_fields_but_for_what_is_handed_in() -> None:
    @dataclass
    class Mine:
        throttle: int = 1
        variables: dict[str, str] = field(default_factory=dict)
        cwd: str | None = field(default=None, metadata=NOT_AN_OPTION)
        made: int = field(default=0, init=False)

    assert [own.name for own in option_fields(Mine) or ()] == ["throttle"]
    assert option_fields(dict) is None
    assert option_fields(None) is None


@pytest.mark.parametrize(("options", "launcher"), [(LocalOptions, LocalLauncher), (SlurmOptions, SlurmLauncher)])
def test_our_launchers_are_made_of_their_options(options: type, launcher: type) -> None:
    assert [own.name for own in option_fields(launcher) or ()] == [own.name for own in option_fields(options) or ()]
    assert capabilities_in(launcher) is capabilities_in(options)


def test_only_the_local_one_of_ours_runs_on_this_machine() -> None:
    assert [name for name in OUR_LAUNCHERS if capabilities_of(name).on_this_machine] == ["local"]
    assert not capabilities_of("nobody's").on_this_machine
