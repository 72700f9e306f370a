"""What a worker can't write or read for itself while it is at a task, told apart from what the task does wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

from sweeprun.errors import UnreadableError


class Broken(BaseException):
    """The worker can't go on; no task function's ``except Exception`` catches it, and it is no failure of the task."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error)
        self.error = error


@contextmanager
def writing() -> Iterator[None]:
    """Whatever the system refuses is the worker's affair.

    Raises
    ------
    Broken
        With what the system said.
    """
    try:
        yield
    except OSError as error:
        raise Broken(error) from error


@contextmanager
def reading() -> Iterator[None]:
    """A file of the run that can't be read for the moment is the worker's affair; one that is wrong is told as such.

    Raises
    ------
    Broken
        With what the system said.
    """
    try:
        yield
    except UnreadableError as error:
        if error.may_pass and isinstance(error.__cause__, OSError):
            raise Broken(error.__cause__) from error
        raise
