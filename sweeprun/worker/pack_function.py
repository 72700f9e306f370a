"""A function that was given as an object, with all that a run keeps of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweeprun.provenance.code import Code
from sweeprun.store.files import create_file
from sweeprun.worker.pickled_functions import pickle_function
from sweeprun.worker.references import reached_from
from sweeprun.worker.sources import code_of_given


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFunction:
    """What a run keeps of a function.

    Attributes
    ----------
    pickled
        It itself, for workers.
    source
        What people read of it; empty if an import leads to it.
    code
        The files and packages that it consists of.
    """

    pickled: bytes
    source: str
    code: Code

    def keep(self, path: Path, source_path: Path) -> None:
        """Write it; neither file may be there."""
        create_file(path, self.pickled)
        if self.source:
            create_file(source_path, self.source.encode("utf-8", "surrogatepass"))


def pack_function(
    function: Callable[..., Any], base: Path, constants: Mapping[str, Any] | None = None
) -> PackedFunction:
    """Pack a function, and the arguments that are the same in all tasks.

    Parameters
    ----------
    function
        The function.
    base
        The directory that the names of its files are relative to.
    constants
        The arguments; None if they are kept already.

    Raises
    ------
    TaskFunctionError
        If something of it can't be sent to workers.
    """
    reached = reached_from(function)
    return PackedFunction(
        pickled=pickle_function(function, constants, reached.files()),
        source=reached.source(),
        code=code_of_given(function, base),
    )
