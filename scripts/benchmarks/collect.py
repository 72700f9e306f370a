"""What it costs to collect: the whole command beside its floor, and beside peers at a size that they can finish."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from made_runs import RESULTS, Kind, check_made_run, make_run, where_records_are
from measuring import medians, peak, peer_python, table, timed

KINDS = {
    "1,000,000 of 3 numbers": Kind(function="scalars", shape=(1000, 1000)),
    "10,000 of 1,000 doubles": Kind(function="array", shape=(100, 100), length=1000),
}

SMALL = Kind(function="scalars", shape=(25, 40))
"""So few that those who keep a file for each task finish, too."""

LARGE = Kind(function="array", shape=(40, 100), length=125_000)
"""4 GB."""

FLOOR = '''
"""Read the same bytes, scatter them with NumPy, import xarray, write the same kind of file, uncompressed."""

import json, sys
from math import prod
import numpy as np
import xarray as xr

places, output, bookkeeping = json.load(open(sys.argv[1])), sys.argv[2], sys.argv[3] == "same"
payload = np.dtype([(name, kind, tuple(shape)) for name, kind, shape in places["variables"]])
axes = [np.arange(length) for length in places["shape"]]
count = prod(places["shape"])
values = {name: np.empty((count, *payload[name].shape)) for name in payload.names}
seconds = np.empty(count)
for path, batches in places["shards"].items():
    with open(path, "rb") as file:
        content = file.read()
    for size, id_place, seconds_place, payload_place in batches:
        ids = np.frombuffer(content, "<i8", size, id_place)
        results = np.frombuffer(content, payload, size, payload_place)
        for name in payload.names:
            values[name][ids] = results[name]
        if bookkeeping:
            seconds[ids] = np.frombuffer(content, "<f8", size, seconds_place)
dims = ("lr", "seed")
variables = {
    name: ((*dims, *(f"{name}_{i}" for i in range(array.ndim - 1))), array.reshape(*places["shape"], *array.shape[1:]))
    for name, array in values.items()
}
if bookkeeping:
    text = "S9" if output.endswith(".nc") else "U9"
    variables["task_id"] = dims, np.arange(count).reshape(places["shape"])
    variables["state"] = dims, np.full(places["shape"], "succeeded", text)
    variables["seconds"] = dims, seconds.reshape(places["shape"])
dataset = xr.Dataset(variables, dict(zip(dims, axes)))
if output.endswith(".nc"):
    dataset.to_netcdf(output, engine="netcdf4")
else:
    plain = {name: {"compressors": None, "chunks": array.shape} for name, array in dataset.variables.items()}
    dataset.to_zarr(output, mode="w", zarr_format=2, consolidated=True, encoding=plain)
'''

ONE_FILE_PER_TASK = '''
"""Write what each task returns as a netCDF file of its own."""

import os, sys
import numpy as np
import xarray as xr
import results

rows, columns = int(sys.argv[1]), int(sys.argv[2])
os.mkdir("tasks")
for task_id in range(rows * columns):
    lr, seed = divmod(task_id, columns)
    data = {name: xr.DataArray(value) for name, value in results.scalars(task_id).items()}
    xr.Dataset(data).expand_dims(lr=[lr], seed=[seed]).to_netcdf(f"tasks/{lr:04}-{seed:04}.nc", engine="netcdf4")
'''

OPEN_MFDATASET = '''
"""Combine them by their coordinates, or as a nested list in a known order, with all comparisons off."""

import glob, sys
import xarray as xr

paths = sorted(glob.glob("tasks/*.nc"))
if sys.argv[1] == "by_coords":
    dataset = xr.open_mfdataset(paths, combine="by_coords", engine="netcdf4")
else:
    columns = int(sys.argv[2])
    nested = [paths[i : i + columns] for i in range(0, len(paths), columns)]
    options = {"data_vars": "minimal", "coords": "minimal", "compat": "override", "join": "override"}
    dataset = xr.open_mfdataset(nested, combine="nested", concat_dim=["lr", "seed"], engine="netcdf4", **options)
dataset.to_netcdf("mfdataset.nc", engine="netcdf4")
'''

CROP = '''
"""Sow and grow a Crop of xyzpy's, one batch for each task; or reap it."""

import sys
import xyzpy
import results

rows, columns = int(sys.argv[2]), int(sys.argv[3])

def function(lr, seed):
    return tuple(results.scalars(lr * columns + seed).values())

crop = xyzpy.Runner(function, ["x", "y", "z"]).Crop(name="bench", batchsize=1)
if sys.argv[1] == "grow":
    crop.sow_combos({"lr": range(rows), "seed": range(columns)}, verbosity=0)
    crop.grow_missing(verbosity=0)
else:
    crop.reap(clean_up=False, verbosity=0).to_netcdf("crop.nc", engine="netcdf4")
'''

PEERS = ("xyzpy==1.3.5", "dask==2026.8.0", "matplotlib", "netCDF4", "xarray")


def collect(study: Path) -> None:
    """The time of ``sweeprun collect``, beside reading, scattering and writing the same, and beside peers."""
    scripts = {"results": RESULTS, "floor": FLOOR, "one_file_per_task": ONE_FILE_PER_TASK}
    for name, text in {**scripts, "mfdataset": OPEN_MFDATASET, "crop": CROP}.items():
        (study / f"{name}.py").write_text(text)
    for name, kind in KINDS.items():
        check_made_run(study, kind)
        run = make_run(study, kind)
        places = str(where_records_are(run, kind))
        for suffix in (".nc", ".zarr"):
            floor = [sys.executable, "floor.py", places]
            commands = {
                "sweeprun collect": collecting(run, f"results{suffix}"),
                "floor: values and bookkeeping": [*floor, f"floor{suffix}", "same"],
                "floor: values alone": [*floor, f"values{suffix}", "values"],
            }
            compare(f"{name}, {suffix}", commands, "floor: values and bookkeeping", study)
            check_values(study / f"results{suffix}", study / f"floor{suffix}")
        shutil.rmtree(run)
        (study / "results.nc").unlink()  # which no other run may replace once this one is gone
        shutil.rmtree(study / "results.zarr")
    beside_peers(study)


def beside_peers(study: Path) -> None:
    """Compare with those who keep a file for each task."""
    rows, columns = map(str, SMALL.shape)
    peer = str(peer_python(study, *PEERS))
    for command in ([peer, "one_file_per_task.py", rows, columns], [peer, "crop.py", "grow", rows, columns]):
        timed(command, study)
    few, many = (make_run(study, replace(SMALL, shards=shards)) for shards in (2, SMALL.tasks))
    commands = {
        "sweeprun collect, 2 shards": collecting(few, "few.nc"),
        "sweeprun collect, a shard for each task": collecting(many, "many.nc"),
        "xarray.open_mfdataset, nested, comparing nothing": [peer, "mfdataset.py", "nested", columns],
        "xarray.open_mfdataset, by coordinates": [peer, "mfdataset.py", "by_coords"],
        "xyzpy, Crop.reap": [peer, "crop.py", "reap", rows, columns],
        "floor: import xarray, netCDF4": [sys.executable, "-c", "import xarray, netCDF4"],
    }
    compare("1,000 of 3 numbers, .nc", commands, "sweeprun collect, 2 shards", study)


def compare(title: str, commands: Mapping[str, Sequence[str]], unit: str, study: Path) -> None:
    """Print the time of each command, also in times of one of them."""
    seconds = medians(commands, study, outputs=("results.zarr",))
    rows = [(name, f"{value:.2f} s", f"{value / seconds[unit]:.2f}") for name, value in seconds.items()]
    table((title, "whole command", "ratio"), rows)


def check_values(ours: Path, floor: Path) -> None:
    """Hold both files to the same values."""
    import xarray as xr

    with xr.open_dataset(ours) as one, xr.open_dataset(floor) as other:
        for name in ("x", "task_id", "seconds", "lr", "seed"):
            if not (one[name].values == other[name].values).all():
                raise SystemExit(f"{name} differs between {ours.name} and {floor.name}")


def collect_memory(study: Path) -> None:
    """The peak memory of collecting 4 GB, 1 MB from each task."""
    (study / "results.py").write_text(RESULTS)
    check_made_run(study, LARGE)
    run = make_run(study, LARGE)
    outputs = ("results.zarr", "results.nc")
    peaks = {output: peak(collecting(run, output), study) for output in outputs}
    rows = [(f"sweeprun collect -o {output}", f"{megabytes:.0f} MB") for output, megabytes in peaks.items()]
    table(("4,000 results of 1 MB", "peak memory"), rows, 1)


def collecting(run: Path, output: str) -> list[str]:
    """The command that collects a run."""
    return [sys.executable, "-m", "sweeprun", "collect", str(run), "-o", output]
