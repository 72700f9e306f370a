"""Which modes new files get: those of the run as the worker began, those of tasks as tasks like."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


class TaskUmask:
    """The umask of task functions, which holds while a block runs; outside, the worker's own does.

    What tasks set is kept for later ones, as it would be without this.
    """

    def __init__(self) -> None:
        self._own = self._tasks = os.umask(0o077)
        os.umask(self._own)

    def __enter__(self) -> None:
        os.umask(self._tasks)

    def __exit__(self, *_: object) -> None:
        self._tasks = os.umask(self._own)

    @contextmanager
    def own(self) -> Iterator[None]:
        """Within such a block, for what the task asks the worker to make."""
        before = os.umask(self._own)
        try:
            yield
        finally:
            os.umask(before)
