"""Where tasks may have their directories in a run directory: not among the files of the run itself."""

import os
from pathlib import Path

from sweeprun.errors import UsageError
from sweeprun.store.directory import RunDirectory
from sweeprun.wording import hydra

_RUN = RunDirectory(Path("run"))
_OWN = frozenset(
    path.name
    for path in (
        *(_RUN.codes, _RUN.earlier, _RUN.extensions, _RUN.functions, _RUN.logs, _RUN.looks, _RUN.shards),
        *(_RUN.submissions, _RUN.workers, _RUN.config, _RUN.frozen_configs, _RUN.function, _RUN.function_source),
        *(_RUN.hydra_config, _RUN.inputs, _RUN.manifest, _RUN.resolvers, _RUN.verification),
    )
)
"""What a run directory holds of the run."""

_EXAMPLE = "job_${hydra:job.num}"


def check_task_directory(subdir: Path) -> Path:
    """The directory of a task, relative to that of its run.

    Raises
    ------
    UsageError
        If files of the run are there, or would be.
    """
    own = Path(os.path.normpath(subdir)).parts[:1]
    if own and own[0] in _OWN:
        raise UsageError(
            f"{hydra('sweep.subdir')} is {str(subdir)!r} for a task, and {own[0]!r} in the run directory holds what "
            f"belongs to the run; choose another one, such as {hydra('sweep.subdir').to(_EXAMPLE)}"
        )
    return subdir
