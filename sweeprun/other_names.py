"""Which option is meant by a name that others have for it: joblib, scikit-learn, Dask, Slurm and the like."""

from collections.abc import Mapping

from sweeprun.wording import Option, launcher, sweeper

OTHER_NAMES: Mapping[Option, str] = {
    launcher("throttle"): "workers n_workers num_workers nworkers max_workers n_jobs njobs num_jobs jobs processes "
    "n_processes num_processes nproc nprocs n_procs parallel parallelism concurrency cores n_cores cpus n_cpus ncpus "
    "threads max_parallel",
    sweeper("members"): "n n_members num_members member replicates n_replicates repeats n_repeats repetitions n_runs "
    "num_runs runs samples n_samples num_samples trials n_trials realizations n_seeds num_seeds seeds",
    sweeper("root_seed"): "seed random_state random_seed rng_seed base_seed rng",
    sweeper("retries"): "max_retries n_retries num_retries retry attempts",
    sweeper("timeout"): "time_limit timelimit max_time max_seconds walltime seconds",
    sweeper("max_failures"): "max_errors fail_fast failures",
    sweeper("exclude"): "skip without filter_out drop",
    sweeper("only"): "filter where condition include",
    sweeper("streams"): "common_random_numbers crn shared_streams",
}
"""Option -> what others call it."""


def meant_by(name: str) -> Option | None:
    """The option that a name stands for elsewhere, in whatever spelling (``n-jobs``, ``nJobs``); None if none is."""
    plain = _plain(name)
    for option, others in OTHER_NAMES.items():
        if plain in {_plain(other) for other in (option.name, *others.split())}:
            return option
    return None


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
