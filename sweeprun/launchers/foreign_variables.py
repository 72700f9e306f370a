"""Variables that a collected file says its run had: anybody may have written them, so only known ones are set again.

What a variable makes of a process is not seen in its value: ``PYTHONPATH``, ``LD_PRELOAD`` or ``BASH_ENV`` run code.
Those below change results at most, and their values may be no paths.
"""

import re
from collections.abc import Mapping

from sweeprun.cpus import THREAD_VARIABLES

HARMLESS = frozenset(
    {
        *THREAD_VARIABLES,
        *("OMP_DYNAMIC", "OMP_PLACES", "OMP_PROC_BIND", "OMP_SCHEDULE", "KMP_AFFINITY", "KMP_DETERMINISTIC_REDUCTION"),
        *("MKL_CBWR", "MKL_DYNAMIC", "MKL_ENABLE_INSTRUCTIONS", "OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES"),
        *("PYTHONHASHSEED", "NUMBA_DISABLE_JIT", "NUMBA_THREADING_LAYER"),
        *("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUBLAS_WORKSPACE_CONFIG", "NVIDIA_TF32_OVERRIDE"),
        *("HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"),
        *("TF_DETERMINISTIC_OPS", "TF_CUDNN_DETERMINISTIC", "TF_ENABLE_ONEDNN_OPTS", "TF_CPP_MIN_LOG_LEVEL"),
        *("JAX_ENABLE_X64", "JAX_PLATFORMS", "JAX_PLATFORM_NAME", "JAX_DEFAULT_MATMUL_PRECISION"),
        *("JAX_DEFAULT_PRNG_IMPL", "JAX_THREEFRY_PARTITIONABLE", "JAX_DISABLE_JIT"),
        *("XLA_PYTHON_CLIENT_PREALLOCATE", "XLA_PYTHON_CLIENT_MEM_FRACTION", "TOKENIZERS_PARALLELISM"),
    }
)
"""What limits, places and orders computations, without naming a file or code."""

_VALUE = re.compile(r"[\w.,:;+ -]{0,200}", re.ASCII)


def harmless(variables: Mapping[str, str]) -> dict[str, str]:
    """Those of some variables that may be set, whoever wrote them down."""
    return {name: value for name, value in variables.items() if name in HARMLESS and _VALUE.fullmatch(value)}
