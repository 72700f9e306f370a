"""Environment variables of workers (``hydra.job.env_set``) whose values come from the environment: never written down.

A value keeps ``${oc.env:NAME}`` or ``${oc.env:NAME,default}`` as it is, on disk and in job scripts, until workers are
started: what it stands for may be a password.
"""

import re
from collections.abc import Mapping

from sweeprun.errors import UsageError
from sweeprun.secrecy import REFERENCE
from sweeprun.wording import hydra


def expand(variables: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The variables with what they refer to.

    Raises
    ------
    UsageError
        If it is not set, and there is no default.
    """

    def value_of(name: str, reference: "re.Match[str]") -> str:
        value = environ.get(reference[1], reference[2])
        if value is None:
            raise UsageError(
                f"{hydra('job.env_set')[name]} refers to the environment variable {reference[1]}, which is not set "
                f"here; export it, or write ${{oc.env:{reference[1]},default}}"
            )
        return value.strip("'\"") if reference[1] not in environ else value

    return {
        name: REFERENCE.sub(lambda reference, name=name: value_of(name, reference), value)  # type: ignore[misc]
        for name, value in variables.items()
    }
