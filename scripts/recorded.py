"""What is recorded of what tasks may return: each as Python writes it, and what its record has, as a Markdown table."""

from collections import namedtuple
from dataclasses import make_dataclass
from decimal import Decimal
from typing import Any

import cftime
import numpy as np
import pandas as pd
import pyarrow as pa
import scipy.optimize
import scipy.stats
import xarray as xr

from sweeprun.errors import SweeprunError
from sweeprun.store.payloads import Layout, decode_result, encode_result

_LONGEST = 150

VALUES = """
0.5
None
{"val/acc": 0.5}
{"loss": 0.5, "sd": None}
{"loss": 0.5, "model": object()}
{"loss": 0.5, 7: 1}
object()
[1, None, 3]
["a", None]
[True, None]
[2**63 + 1, 5]
[2**53 + 1, 0.5]
np.ma.array([2**53 + 1, 3], mask=[0, 1])
np.array([7, 8], dtype=object)
b"ab\\0c\\0\\0"
np.timedelta64(3, "M")
np.timedelta64(1500, "ps")
np.longdouble(1.5)
np.longdouble(1) / 3
Decimal("0.5")
Decimal("0.1")
np.zeros((0, 50_000, 50_000))
np.zeros((1,) * 33)
np.zeros(1, "M8[1234567890s]")
[cftime.DatetimeNoLeap(2000, 3, 1)]
frame.iloc[0]
pd.DataFrame({0: [1], 1: [2.0]})
pd.DataFrame({"n": pd.array([2**60 + 1, None], dtype="Int64"), "x": [0.5, 1.5]})
{"table": frame, "score": 0.5}
{"table": frame.set_index("who"), "score": 0.5}
{"table": frame.set_index(["who", "n"])}
pd.DataFrame({"n": [2**60 + 1, 2, 3]}, pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["k", "i"]))
{"counts": frame.groupby("who")["n"].count()}
{"table": pa.table({"n": pa.array([1, 2], pa.int8())}), "index": [0.5, 1.5]}
{"fit": Fit(1.0, 2), "points": np.zeros(2, [("a", "i4"), ("b", "f8")])}
xr.Dataset({"x": ("phony_dim_0", [1, 2]), "m": (("phony_dim_0", "phony_dim_1"), [[1, 2], [3, 4]])})
pa.table({"n": pa.array([1, 2], pa.int8()), "s": ["x", "y"]})
scipy.stats.linregress([1, 2, 3], [1, 2, 4])
scipy.optimize.minimize(lambda x: (x**2).sum(), [1.0, 2.0], method="L-BFGS-B")
Fit(1.0, 2)
Config(1, "adam")
{"state": {"layer": {"weight": [[1.0]]}}}
{"size": (3, 4)}
Quantity(3, "km")
[Quantity(3, "km"), Quantity(3000, "m")]
{"a": ("x", [1]), "b": ("x", [1, 2])}
{"train": xr.Dataset({"acc": ("epoch", [0.5])}), "test": xr.Dataset({"acc": ("epoch", [0.5, 1.0])})}
Named({"curves": [[1, 2]], "time": [0.5, 1.5]}, curves=["trial", "time"])
Named({"curves": [1, 2]}, curves=["trial", "time"])
Named({"curves": ("epoch", [1, 2])}, curves=["time"])
xr.DataTree.from_dict({"/train": xr.Dataset({"acc": ("epoch", [0.5, 1.0])}, {"epoch": [1, 2]})})
"""


class Quantity:
    """Like one of pint."""

    def __init__(self, magnitude: Any, units: str) -> None:
        self.magnitude, self.units = magnitude, units

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.asarray(self.magnitude)


class Named:
    """A result in a run that names dimensions; earlier versions know no such names."""

    def __init__(self, result: Any, **dims: list[str]) -> None:
        self.result = result
        self.dims = {name: tuple(own) for name, own in dims.items()}

    def encoded(self) -> tuple[str, bytes]:
        try:
            from sweeprun.store.result_names import ResultNames
        except ImportError:
            return encode_result(self.result)
        return encode_result(self.result, ResultNames(dims=self.dims))


NAMES = {
    "np": np,
    "pd": pd,
    "pa": pa,
    "xr": xr,
    "scipy": scipy,
    "cftime": cftime,
    "Decimal": Decimal,
    "Quantity": Quantity,
    "Named": Named,
    "Fit": namedtuple("Fit", "slope n"),
    "Config": make_dataclass("Config", ["lr", "name"]),
    "frame": pd.DataFrame({"n": [1, 2], "x": [0.5, 0.25], "who": ["a", "b"]}),
}


def recorded(value: Any) -> str:
    """What a record has of a value, in words."""
    try:
        text, payload = value.encoded() if isinstance(value, Named) else encode_result(value)
        layout = Layout.from_json(text)
        arrays = decode_result(layout, payload)
    except SweeprunError as error:
        return f"{type(error).__name__}: {error}"
    parts = [
        f"{one.name}{list(one.dims) or ''} = {array.tolist()!r} {array.dtype} {one.attrs or ''}".rstrip()
        for one, array in zip(layout.variables, arrays, strict=True)
    ]
    parts += [f"missing: {name}" for name in getattr(layout, "missing", ())]
    parts += [f"left out: {name}, {why}" for name, why in getattr(layout, "left_out", {}).items()]
    return "; ".join(parts) or "nothing"


def main() -> None:
    """Print the table."""
    print("| returned | recorded |\n|---|---|")
    for line in VALUES.strip().splitlines():
        told = " ".join(recorded(eval(line, dict(NAMES))).split())
        shown = told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"
        print(f"| `{line}` | {shown.replace('|', chr(92) + '|')} |")


if __name__ == "__main__":
    main()
