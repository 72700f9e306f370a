"""What a worker needs of a run where there is no run directory: what was frozen, not what was recorded."""

from collections.abc import Iterator

from sweeprun.launchers.remote.frames import Piece
from sweeprun.store.arrivals import files_below
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import read_file

_MOST = 2**30
"""Bytes of a file."""


def bundle(run: RunDirectory, submission: int) -> Iterator[Piece]:
    """The files that a worker of a submission reads, each as a whole: 5 to 50 kB of most runs."""
    paths = [
        *(run.manifest, run.config, run.frozen_configs, run.hydra_config, run.inputs),
        *(run.function, run.resolvers, run.submission(submission)),
    ]
    for folder in (run.functions, run.extensions, run.codes):
        paths += [path for path in files_below(folder) if path.suffix in (".json", ".pickle")]
    for path in paths:
        if path.exists():
            yield Piece(str(path.relative_to(run.path)), None, read_file(path, _MOST))
