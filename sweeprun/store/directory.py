"""The run directory: every path in it, and how it is made and opened.

::

    multirun/2026-05-04/10-11-12/
        manifest.json          task table, overrides, provenance: what collect and workers start from
        config.yaml            the frozen configs, one YAML document per composition, to be read by people
        configs.pickle         the same, exact to types and interpolations; read by workers only
        function.pickle        the task function, if no name leads to it; read by workers only
        resolvers.pickle       resolvers that an application registered; read by workers only
        function.py            its source, to be read by people
        functions/4f1c.pickle  another one that a resumption was given, and functions/4f1c.py its source
        multirun.yaml          Hydra's own config of the sweep
        inputs.json            digests of the files that are values of an axis
        submissions/0.json     which tasks were handed to which launcher, and how they are packed
        submissions/0.sh       the job script, where the launcher has one
        submissions/0.12.job   the job that it became, here job 12
        submissions/launchers.lock  a byte for each submission, locked by the process that launches it here
        shards/*.arrow         records, one file per worker
        workers/*.beat         what each worker is running now; gone when it ended in order
        workers/*.exits        what launchers saw of workers that died
        workers/1.failures     tasks that failed for good in submissions of attempt 1, if there is a limit to them
        workers/global-randomness.json   who draws from global generators, if anybody does
        workers/unseeded-generators.json  which function makes generators without a seed, if one does
        workers/stream-clash.json        which function makes a generator that draws as a task's stream does
        workers/copied-generators.json   who draws from those of their module or notebook
        workers/unrecorded-result.json   what an application returned that can't be recorded
        logs/*.log             standard output and error of workers
        code/DIGEST.json       source files and packages that results come from, by their digests
        code/DIGEST.patch      what git didn't have of them
        extensions/1.json      the tasks that were added by the first `sweeprun extend`
        extensions/4f1c.yaml   further configs that they needed, and 4f1c.pickle, as above
        looks/1.json           how precise results were when `sweeprun extend --until` looked
        verification.json      what came out when tasks were last run again and compared
        17/                    the directory of task 17, if it asked for one
        earlier/1/             the run that was here before, if a Hydra application was started here again
"""

import errno
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sweeprun.design.arrays import Array
from sweeprun.errors import RunDirectoryError
from sweeprun.safe_text import quoted
from sweeprun.store.files import sync_directory, undone_on_error
from sweeprun.store.local_paths import is_url
from sweeprun.wording import Command, hydra

DEFAULT_ROOT = Path("multirun")


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """The paths of one run."""

    path: Path

    @property
    def manifest(self) -> Path:
        return self.path / "manifest.json"

    @property
    def config(self) -> Path:
        return self.path / "config.yaml"

    @property
    def frozen_configs(self) -> Path:
        return self.path / "configs.pickle"

    @property
    def function(self) -> Path:
        return self.path / "function.pickle"

    @property
    def resolvers(self) -> Path:
        return self.path / "resolvers.pickle"

    @property
    def function_source(self) -> Path:
        return self.path / "function.py"

    @property
    def functions(self) -> Path:
        return self.path / "functions"

    def given_function(self, token: str) -> Path:
        return self.functions / f"{token}.pickle"

    def given_function_source(self, token: str) -> Path:
        return self.functions / f"{token}.py"

    @property
    def hydra_config(self) -> Path:
        return self.path / "multirun.yaml"

    @property
    def submissions(self) -> Path:
        return self.path / "submissions"

    @property
    def shards(self) -> Path:
        return self.path / "shards"

    @property
    def workers(self) -> Path:
        return self.path / "workers"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def codes(self) -> Path:
        return self.path / "code"

    @property
    def extensions(self) -> Path:
        return self.path / "extensions"

    @property
    def looks(self) -> Path:
        return self.path / "looks"

    def look(self, number: int) -> Path:
        return self.looks / f"{number}.json"

    @property
    def verification(self) -> Path:
        return self.path / "verification.json"

    @property
    def inputs(self) -> Path:
        return self.path / "inputs.json"

    def code(self, digest: str) -> Path:
        return self.codes / f"{digest}.json"

    def patch(self, digest: str) -> Path:
        return self.codes / f"{digest}.patch"

    def extension(self, number: int) -> Path:
        return self.extensions / f"{number}.json"

    def added_configs(self, token: str) -> Path:
        return self.extensions / f"{token}.pickle"

    def added_config(self, token: str) -> Path:
        return self.extensions / f"{token}.yaml"

    @property
    def launchers(self) -> Path:
        return self.submissions / "launchers.lock"

    def submission(self, number: int) -> Path:
        return self.submissions / f"{number}.json"

    def job_script(self, number: int) -> Path:
        return self.submissions / f"{number}.sh"

    def collect_script(self, number: int) -> Path:
        return self.submissions / f"{number}.collect.sh"

    def job(self, number: int, job_id: str) -> Path:
        return self.submissions / f"{number}.{job_id}.job"

    def shard(self, worker: str) -> Path:
        return self.shards / f"{worker}.arrow"

    def beat(self, worker: str) -> Path:
        return self.workers / f"{worker}.beat"

    def exits(self, launcher: str) -> Path:
        return self.workers / f"{launcher}.exits"

    @property
    def global_randomness(self) -> Path:
        return self.workers / "global-randomness.json"

    @property
    def copied_generators(self) -> Path:
        return self.workers / "copied-generators.json"

    @property
    def unseeded_generators(self) -> Path:
        return self.workers / "unseeded-generators.json"

    @property
    def stream_clash(self) -> Path:
        return self.workers / "stream-clash.json"

    @property
    def unrecorded_result(self) -> Path:
        return self.workers / "unrecorded-result.json"

    def failures(self, attempt: int) -> Path:
        return self.workers / f"{attempt}.failures"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def launcher_log(self, submission: int) -> Path:
        return self.log(f"{submission}.launcher")

    def element_log(self, submission: int, index: int) -> Path:
        return self.log(f"{submission}.{index}")

    def worker_log(self, submission: int, index: int | None, slot: int) -> Path:
        return self.log(f"{submission}.worker-{slot}" if index is None else f"{submission}.{index}-worker-{slot}")

    def task(self, task_id: int) -> Path:
        return self.path / str(task_id)

    @property
    def earlier(self) -> Path:
        return self.path / "earlier"

    def shown(self) -> str:
        """The path as one would type it here."""
        relative = os.path.relpath(self.path)
        relative = f"./{relative}" if is_url(relative) else relative
        return quoted(str(self.path) if relative.startswith("..") else relative)

    @staticmethod
    def files(arrays: Sequence[Array], *, in_foreground: bool) -> tuple[int, int]:
        """How many files a sweep makes at most: ``(once, while it runs)``, task directories not counted.

        Once: the manifest, the configs and Hydra's own, and a submission for each array; with script and job if it goes
        to a queue, and otherwise one lock. Each worker has a shard, a log and a beat; each launcher may note deaths.
        """
        if in_foreground:
            return 5 + len(arrays), sum(3 * min(array.throttle, len(array)) + 1 for array in arrays)
        return 4 + 3 * len(arrays), sum(2 * len(array) + array.throttle for array in arrays)


def make_run_directory(path: Path, *, numbered: bool, begun: bool = False) -> RunDirectory:
    """Make a run directory that nobody else has.

    Parameters
    ----------
    path
        Where.
    numbered
        If something is there already (two sweeps started in one second), add ``-1``, ``-2``, … instead of refusing.
    begun
        Whether somebody made the directory for this run, so that other files in it are no other run's.

    Raises
    ------
    RunDirectoryError
        If it exists and ``numbered`` is false, or it can't be made.
    """
    candidate, number = path, 0
    own: list[Path] = []  # of two at once, none takes away what the other one made
    try:
        _make_durably(path.parent)
        while True:
            try:
                candidate.mkdir()
                own = [candidate]
                break
            except FileExistsError:
                if begun and candidate.is_dir() and _claim(candidate):
                    own = [RunDirectory(candidate).submissions]
                    break
                if not numbered:
                    if candidate.is_dir() and not any(candidate.iterdir()):
                        break
                    raise RunDirectoryError(
                        f"the run directory {str(path)!r} is there already and not empty; nothing was started. "
                        f"Choose another {hydra('sweep.dir')}, or remove it."
                    ) from None
                number += 1
                candidate = path.with_name(f"{path.name}-{number}")
        run = RunDirectory(candidate.resolve())
        with undone_on_error(lambda: _remove_empty(*reversed(own))):
            sync_directory(candidate.parent)
            for directory in (run.submissions, run.shards, run.workers, run.logs):
                directory.mkdir(exist_ok=begun)
                own.append(directory)
    except OSError as error:
        raise RunDirectoryError(f"the run directory {str(path)!r} can't be made: {error.strerror}") from error
    return run


def _remove_empty(*directories: Path) -> None:
    """Remove directories that were made for nothing, unless something is in them by now."""
    for directory in directories:
        with suppress(OSError):
            directory.rmdir()


def _claim(directory: Path) -> bool:
    """Whether a directory that is there is ours now, and not another run's."""
    try:
        RunDirectory(directory).submissions.mkdir()
    except FileExistsError:
        return False
    return True


def _make_durably(directory: Path) -> None:
    """Make a directory and those above it, so that a power cut takes none of them back."""
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    with undone_on_error(lambda: _remove_empty(*missing)):  # or the next run would take them for durable
        for path in missing:
            sync_directory(path.parent)


def open_run_directory(path: Path) -> RunDirectory:
    """The run at a path that the user named.

    Raises
    ------
    RunDirectoryError
        If there is none.
    """
    try:
        run = RunDirectory(path.resolve())
        run.manifest.lstat()
    except (FileNotFoundError, NotADirectoryError):
        what = "has no manifest.json, so it is no run of sweeprun" if os.path.lexists(path) else "does not exist"
        raise RunDirectoryError(
            f"{str(path)!r} {what}; `{Command('list')}` shows the runs below ./{DEFAULT_ROOT}"
        ) from None
    except OSError as error:
        raise RunDirectoryError(f"the run {str(path)!r} can't be read: {error.strerror or error}") from error
    except RuntimeError as error:  # Python before 3.13, of symbolic links that lead to each other
        raise RunDirectoryError(f"the run {str(path)!r} can't be read: {os.strerror(errno.ELOOP)}") from error
    return run
