"""The sweep that storms are let loose on, what it comes to undisturbed, and how that is compared."""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from sweeprun.cli.main import main

STUDY = '''
import os
import time

import numpy as np


def observe(cfg, rng):
    """Results of several layouts, after up to 50 ms; the same for every pace."""
    time.sleep(float(os.environ["STORM_PACE"]) * 0.05 * rng.random() ** 4)
    result = {"x": rng.normal(), "count": int(rng.integers(2**40))}
    match cfg.kind:
        case "scalars":
            return result | {"fine": bool(rng.random() < 0.5), "hole": float("nan"), "z": complex(*rng.random(2))}
        case "arrays":
            return result | {"field": rng.normal(size=(3, 4)), "series": rng.random(int(rng.integers(0, 9)))}
        case "texts":
            words = ["ü" * int(length) for length in rng.integers(0, 5, size=int(rng.integers(0, 4)))]
            return result | {"title": f"seed {cfg.seed}", "words": np.array(words, dtype=str)}
'''

CONFIG = """
task: study.observe
kind: scalars
seed: 0
"""

TASKS = 600
SWEEP = ("-m", "kind=scalars,arrays,texts", f"seed=range({TASKS // 3})", "hydra.sweeper.streams=[seed]")
WORKERS = 3


def make_study(folder: Path) -> Path:
    (folder / "conf").mkdir(parents=True)
    (folder / "conf" / "config.yaml").write_text(CONFIG)
    (folder / "study.py").write_text(STUDY)
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a command said."""

    code: int
    out: str
    err: str


def command(*words: str) -> Told:
    """Run a command in this process, where a traceback would be this process's."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    return Told(code=code, out=out.getvalue(), err=err.getvalue())


def collected(run: Path, output: Path) -> tuple[xr.Dataset, Told]:
    """What ``collect`` makes of a run now, read back, and what it said."""
    told = command("collect", str(run), "-o", str(output), "--json")
    if told.code == 1 and "has a result yet" in told.err:  # no task has, and the file of the last storm is kept
        output.unlink()
        told = command("collect", str(run), "-o", str(output), "--json")
    assert told.code == 0, told
    with xr.open_dataset(output, auto_complex=True) as dataset:  # type: ignore[call-arg, unused-ignore]
        return dataset.load(), told


def assert_same(found: xr.Dataset, expected: xr.Dataset) -> None:
    """Equal to the last bit, but for how long the tasks took."""
    assert not set(found.variables) ^ set(expected.variables)
    for name in set(expected.variables) - {"seconds"}:
        one, other = found.variables[name], expected.variables[name]
        assert (one.dims, one.shape, one.dtype) == (other.dims, other.shape, other.dtype), name
        assert _raw(one.values) == _raw(other.values), name


def _raw(values: np.ndarray) -> bytes:
    """What is compared: the bytes; of an array of Python's strings, those of the strings."""
    return repr(values.tolist()).encode() if values.dtype == object else values.tobytes()


def assert_part_of(found: xr.Dataset, expected: xr.Dataset) -> None:
    """Whatever is there is what it should be; the rest is missing."""
    axes: Sequence[str] = ("kind", "seed")
    for name in (*axes, "task_id"):
        assert np.array_equal(found[name].values, expected[name].values), name
    done = found["state"].values == "succeeded"
    for name in found.data_vars:
        there, right = found[name].values, expected[name].values
        assert found[name].dims == expected[name].dims, name
        longer = right[done]
        right = right[tuple(map(slice, there.shape))]
        same = (there == right) | (is_missing(there) & is_missing(right))
        assert same[done].all(), name
        assert is_missing(there[~done]).all(), name
        more = longer.size - right[done].size
        assert np.count_nonzero(is_missing(longer)) >= more, name
        assert is_missing(longer).sum() - is_missing(right[done]).sum() == more, name


def is_missing(values: np.ndarray) -> np.ndarray:
    return values == "" if values.dtype.kind in "OUST" else np.isnan(values)
