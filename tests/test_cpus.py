"""The CPUs that a process may use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sweeprun.cpus import THREAD_VARIABLES, quotas_above, thread_environment, threads_set, usable_cpus


def test_affinity_and_allocation_bound_the_cpus() -> None:
    available = usable_cpus({})
    assert 1 <= available <= len(os.sched_getaffinity(0))
    assert usable_cpus({"SLURM_CPUS_PER_TASK": "1"}) == 1
    assert usable_cpus({"SLURM_CPUS_PER_TASK": "9999"}) == available


def test_what_the_user_set_stays() -> None:
    environment = thread_environment(3, {"MKL_NUM_THREADS": "7", "OPENBLAS_NUM_THREADS": ""})
    assert set(environment) == set(THREAD_VARIABLES) - {"MKL_NUM_THREADS"}
    assert set(environment.values()) == {"3"}


def test_the_users_omp_threads_stand_for_the_others() -> None:
    environment = thread_environment(3, {"OMP_NUM_THREADS": "7"})
    assert environment == dict.fromkeys(set(THREAD_VARIABLES) - {"OMP_NUM_THREADS"}, "7")


def test_of_nested_levels_the_outermost_stands_for_the_others() -> None:
    environment = thread_environment(3, {"OMP_NUM_THREADS": "7,2"})
    assert environment == dict.fromkeys(set(THREAD_VARIABLES) - {"OMP_NUM_THREADS"}, "7")


@pytest.mark.parametrize("text", ["", "0", "all", "-1", "²", "٤", ",2"])
def test_what_is_no_number_of_threads_says_nothing_to_the_others(text: str) -> None:
    assert threads_set({"OMP_NUM_THREADS": text}) == 0
    others = set(THREAD_VARIABLES) - ({"OMP_NUM_THREADS"} if text else set())
    assert thread_environment(3, {"OMP_NUM_THREADS": text}) == dict.fromkeys(others, "3")


@pytest.mark.parametrize(
    ("variable", "code"),
    [
        ("LOKY_MAX_CPU_COUNT", "import joblib; print(joblib.cpu_count())"),
        ("OPENBLAS_NUM_THREADS", "import numpy, threadpoolctl as t; print(t.threadpool_info()[0]['num_threads'])"),
    ],
)
def test_a_library_that_is_here_keeps_to_its_variable(variable: str, code: str) -> None:
    environ = {name: value for name, value in os.environ.items() if name not in THREAD_VARIABLES} | {variable: "1"}
    assert variable in THREAD_VARIABLES
    told = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True).stdout
    assert told == "1\n"


@pytest.mark.parametrize(
    ("files", "quotas"),
    [
        ({"a/cpu.max": "150000 100000", "cpu.max": "max 100000"}, [2]),
        ({"a/b/cpu.max": "max 100000", "a/cpu.max": "400000 100000"}, [4]),
        ({"a/b/cpu.cfs_quota_us": "50000", "a/b/cpu.cfs_period_us": "100000"}, [1]),
        ({"a/b/cpu.cfs_quota_us": "-1", "a/b/cpu.cfs_period_us": "100000"}, []),
        ({"a/cpu.max": "nonsense"}, []),
    ],
)
def test_cgroup_quotas_of_the_group_and_its_ancestors(tmp_path: Path, files: dict[str, str], quotas: list[int]) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    assert list(quotas_above(tmp_path, "/a/b")) == quotas
