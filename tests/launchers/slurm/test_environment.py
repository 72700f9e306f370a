"""What of the environment gets to ``sbatch``, and so into jobs."""

import pytest

from sweeprun.launchers.slurm.environment import submission_environment


def test_slurms_own_variables_are_left_out() -> None:
    environ = {
        "PATH": "/bin",
        "OMP_NUM_THREADS": "3",
        "SLURM_CONF": "/etc/slurm.conf",
        "SLURM_JWT": "token",
        "SLURM_JOB_ID": "7",
        "SLURM_CPUS_PER_TASK": "2",
        "SLURM_CLUSTERS": "a",
        "SLURMISH": "mine",
    }
    assert submission_environment(environ, []) == {
        name: environ[name] for name in ("PATH", "OMP_NUM_THREADS", "SLURM_CONF", "SLURM_JWT", "SLURMISH")
    }


@pytest.mark.parametrize(
    ("option", "variable"),
    [
        ("time", "SBATCH_TIMELIMIT"),
        ("job-name", "SBATCH_JOB_NAME"),
        ("partition", "SBATCH_PARTITION"),
        ("mem", "SBATCH_MEM_PER_NODE"),
        ("mem-per-cpu", "SBATCH_MEM_PER_CPU"),
        ("mem-per-cpu", "SBATCH_MEM_PER_NODE"),
        ("mem", "SBATCH_MEM_PER_GPU"),
        ("bb", "SBATCH_BURST_BUFFER"),
        ("cpu-freq", "SBATCH_CPU_FREQ_REQ"),
        ("switches", "SBATCH_WAIT4SWITCH"),
        ("thread-spec", "SBATCH_CORE_SPEC"),
        ("oversubscribe", "SBATCH_EXCLUSIVE"),
        ("threads-per-core", "SBATCH_HINT"),
        ("segment", "SBATCH_SEGMENT_SIZE"),
        ("tres-per-task", "SBATCH_TRES_PER_TASK"),
    ],
)
def test_a_variable_that_would_beat_an_option_is_left_out(option: str, variable: str) -> None:
    assert submission_environment({variable: "1"}, [option]) == {}
    assert submission_environment({variable: "1"}, ["comment"]) == {variable: "1"}


def test_variables_for_what_sweeprun_does_itself_never_pass() -> None:
    names = (
        "ARRAY_INX WAIT WRAP IGNORE_PBS GET_USER_ENV REQUEUE NO_REQUEUE OPEN_MODE SIGNAL OUTPUT ERROR INPUT CLUSTERS "
        "DEBUG BATCH TEST_ONLY CPUS_PER_GPU"
    )
    assert submission_environment({f"SBATCH_{name}": "1" for name in names.split()}, []) == {}
