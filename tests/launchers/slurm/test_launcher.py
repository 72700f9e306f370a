"""What the Slurm launcher refuses before Slurm is asked."""

from typing import Any

import pytest

from sweeprun.errors import UsageError
from sweeprun.launchers.slurm.launcher import SlurmLauncher


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"variables": {"A;touch pwned;B": "1"}}, "no name of an environment variable"),
        ({"variables": {"": "1"}}, "no name of an environment variable"),
        ({"throttle": 0}, "hydra.launcher.throttle is 0"),
        ({"requeues": -1}, "hydra.launcher.requeues is -1"),
        ({"sbatch": {"array": "0-3"}}, "hydra.launcher.throttle"),
        ({"collect_sbatch": {"nonsense": 3}}, "collect_sbatch"),
    ],
)
def test_nonsense_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        SlurmLauncher(**options)
