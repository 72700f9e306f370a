"""A network file system that is out of order for a while: its errors, and that others see late what was written."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_INJECTION = Path(__file__).with_name("injected")


class Network:
    """Lets calls fail in the processes of a storm.

    Parameters
    ----------
    folder
        Whose files are concerned.
    control
        Where what fails is written; outside of the folder.
    """

    def __init__(self, folder: Path, control: Path) -> None:
        self._folder = folder
        self._control = control

    @property
    def variables(self) -> dict[str, str]:
        """What the environment of the processes must have."""
        path = os.pathsep.join(filter(None, (str(_INJECTION), os.environ.get("PYTHONPATH"))))
        return {"STORM_FAULTS": str(self._control), "STORM_FOLDER": str(self._folder), "PYTHONPATH": path}

    @contextmanager
    def troubled(self, errors: Sequence[str], *, rate: float, delay: float) -> Iterator[None]:
        """For a while, calls fail at some rate with some errors, and what is younger than the delay isn't seen."""
        new = self._control.with_suffix(".new")
        new.write_text(json.dumps({"errors": list(errors), "rate": rate, "delay": delay}))
        new.replace(self._control)
        try:
            yield
        finally:
            self._control.unlink()
