"""The environment that ``sbatch`` is called with, and that jobs inherit from it."""

from collections.abc import Iterable, Mapping

from sweeprun.launchers.slurm.options import EXCLUSIVE, OURS


def submission_environment(environ: Mapping[str, str], options: Iterable[str]) -> dict[str, str]:
    """The environment to call ``sbatch`` with, which its jobs inherit.

    Variables such as ``SBATCH_TIMELIMIT`` beat the options in a script: those of ``options``, and of all that are not
    the user's to set, are left out. So are Slurm's own variables: inside of a job they tell of that job.

    Parameters
    ----------
    environ
        The environment of this process.
    options
        The long names of the options in the script.
    """
    names = {*options, *OURS, "get-user-env"}
    for group in (*EXCLUSIVE, {"hint", "threads-per-core", "ntasks-per-core"}):
        if not names.isdisjoint(group):  # one in the environment would be at odds with another in the script
            names |= group
    overriding = {f"SBATCH_{name.upper().replace('-', '_')}" for name in names}
    overriding.update(variable for name in names for variable in _OTHER_VARIABLES.get(name, ()))
    return {
        name: value
        for name, value in environ.items()
        if name not in overriding and (name in _KEPT or not name.startswith("SLURM_"))
    }


_KEPT = frozenset({"SLURM_CONF", "SLURM_JWT"})
"""What says where the cluster is, and who the user is."""

_OTHER_VARIABLES = {
    "array": ("SBATCH_ARRAY_INX",),
    "bb": ("SBATCH_BURST_BUFFER",),
    "bbf": ("SBATCH_BURST_BUFFER",),
    "cpu-freq": ("SBATCH_CPU_FREQ_REQ",),
    "mem": ("SBATCH_MEM_PER_NODE",),
    "segment": ("SBATCH_SEGMENT_SIZE",),
    "switches": ("SBATCH_REQ_SWITCH", "SBATCH_WAIT4SWITCH"),
    "time": ("SBATCH_TIMELIMIT",),
    "verbose": ("SBATCH_DEBUG",),
}
"""Variables that are not called as their options are."""
