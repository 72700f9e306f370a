"""A scratch run: the same tasks as of a run, to be run again beside it. Nothing is written into the run itself."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sweeprun.config.frozen import write_frozen
from sweeprun.design.arrays import Array
from sweeprun.design.policy import Policy
from sweeprun.design.task_ids import TaskIds
from sweeprun.provenance.code import Code, write_code
from sweeprun.provenance.origin import Origin
from sweeprun.store.directory import RunDirectory, make_run_directory
from sweeprun.store.manifest import Manifest, write_manifest
from sweeprun.store.records import Record
from sweeprun.store.submissions import Submission, function_of, read_submissions, write_submission
from sweeprun.worker.pickled_functions import with_function, with_located_function

SCRATCH = "sweeprun-scratch-"
"""What the names of their directories begin with."""


def located(run: RunDirectory, manifest: Manifest, record: Record | None = None) -> Manifest:
    """The manifest of a run for scratch runs of it: a function that the run itself holds is found from there, too.

    It is the function that a record was made with, if there is one, and otherwise the last that there was.
    """
    code = "" if record is None else Origin.from_json(record.origin).code
    return with_located_function(with_function(manifest, function_of(read_submissions(run), code)), run)


@contextmanager
def scratch_run(
    manifest: Manifest, frozen: Sequence[tuple[bytes, bytes]], tasks: TaskIds, code: Code | None
) -> Iterator[RunDirectory]:
    """Make a run of some tasks of another one in a temporary directory, which is removed at the end.

    Parameters
    ----------
    manifest, frozen
        The run, and its pickled configs.
    tasks
        The tasks; submission 0 has one element for each.
    code
        The code as it is now.
    """
    base = manifest.job.base
    if not base.is_dir():  # another machine: the code is where we are
        base = Path.cwd()
    job = replace(manifest.job, cwd=str(base))
    python_path = tuple(dict.fromkeys([str(base), *manifest.python_path]))
    holder = Path(tempfile.mkdtemp(prefix=SCRATCH))
    try:
        run = make_run_directory(holder / "run", numbered=False)
        write_frozen(run, frozen)
        policy = Policy(seed_globals=manifest.policy.seed_globals)  # once, and to its end
        write_manifest(run, replace(manifest, job=job, python_path=python_path, policy=policy))
        provenance = {} if code is None else {"code": write_code(run, code)}
        write_submission(run, Submission(number=0, array=Array(tasks=tasks), provenance=provenance))
        yield run
    finally:
        shutil.rmtree(holder, ignore_errors=True)
