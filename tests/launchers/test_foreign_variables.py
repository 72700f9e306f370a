"""Variables that anybody may have written into a file."""

import pytest

from sweeprun.cpus import THREAD_VARIABLES
from sweeprun.launchers.foreign_variables import HARMLESS, harmless


def test_what_limits_and_orders_computations_is_set() -> None:
    given = {**dict.fromkeys(THREAD_VARIABLES, "4"), "CUBLAS_WORKSPACE_CONFIG": ":4096:8", "JAX_PLATFORMS": "cpu,tpu"}
    assert harmless(given) == given


@pytest.mark.parametrize(
    "name", ["PYTHONPATH", "PYTHONSTARTUP", "LD_PRELOAD", "PATH", "BASH_ENV", "OMP_TOOL_LIBRARIES", "XLA_FLAGS", "HOME"]
)
def test_what_may_run_code_is_not(name: str) -> None:
    assert name not in HARMLESS
    assert harmless({name: "4"}) == {}


@pytest.mark.parametrize("value", ["/tmp/x", "$(rm x)", "a\nb", "${oc.env:SECRET}", "x" * 201, "~"])
def test_values_that_could_be_more_than_numbers_and_words_are_not(value: str) -> None:
    assert harmless({"OMP_NUM_THREADS": value}) == {}
