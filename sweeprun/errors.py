"""The exceptions that sweeprun raises on purpose.

::

    SweeprunError               anything below; the command line prints it without a traceback
    ├── UsageError              what was asked for can't be done as it was asked (exit code 2)
    │   ├── OverrideError       an override or axis is malformed or has the wrong type
    │   ├── ConfigError         the configuration can't be found or composed
    │   ├── TaskFunctionError   the task function can't be imported or called
    │   └── RunDirectoryError   no such run, or one that is already there
    ├── FormatError             a file is not what it should be, or of an unknown version
    │   └── UnreadableError     the system can't read a file, perhaps for the moment only
    ├── ResultError             a task returned something that can't be stored
    ├── CommandError            an executable run as a task failed
    ├── LaunchError             workers could not be started
    ├── TaskFailedError         a task failed, as its record says
    └── Unfinished              raised by a task that was asked to stop, and goes on later
"""

from collections.abc import Mapping

__all__ = [
    "CommandError",
    "ConfigError",
    "FormatError",
    "LaunchError",
    "OverrideError",
    "ResultError",
    "RunDirectoryError",
    "SweeprunError",
    "TaskFailedError",
    "TaskFunctionError",
    "Unfinished",
    "UnreadableError",
    "UsageError",
]


class SweeprunError(Exception):
    """Base of all errors that sweeprun raises on purpose."""

    exit_code = 1


class UsageError(SweeprunError):
    """What was asked for can't be done as it was asked; the message says what would be right."""

    exit_code = 2


class OverrideError(UsageError):
    """An override or an axis is malformed, unknown, empty or of the wrong type."""


class ConfigError(UsageError):
    """The configuration can't be found or composed."""


class TaskFunctionError(UsageError):
    """The task function can't be imported, or can't be called as it is."""


class RunDirectoryError(UsageError):
    """There is no such run, or there is one already."""


class FormatError(SweeprunError):
    """A file is not what it should be, or of a version that this sweeprun doesn't know."""

    exit_code = 2


class UnreadableError(FormatError):
    """The system can't read a file, and perhaps nothing is wrong with what is in it.

    Parameters
    ----------
    message
        What is wrong.
    may_pass
        Whether it may be so for the moment only.
    """

    def __init__(self, message: str, *, may_pass: bool = True) -> None:
        super().__init__(message)
        self.may_pass = may_pass


class ResultError(SweeprunError):
    """A task returned something that can't be stored.

    Parameters
    ----------
    *args
        The message.
    left_out
        What it is about, if nothing of a result can be stored: name -> why.
    """

    def __init__(self, *args: object, left_out: Mapping[str, str] | None = None) -> None:
        super().__init__(*args)
        self.left_out = left_out or {}


class CommandError(SweeprunError):
    """An executable run as a task ended with a non-zero exit code or gave no result."""


class LaunchError(SweeprunError):
    """Workers could not be started, or died before they ran anything."""


class TaskFailedError(SweeprunError):
    """A task failed: what Hydra's sweepers are told when they ask for its result."""


class Unfinished(SweeprunError):  # noqa: N818  # it tells of no error
    """Raised by a task that was asked to stop (``task.stop_requested``): nothing is recorded, it goes on later."""


def describe_os_error(error: OSError) -> str:
    """What the system said, and of which file: one line."""
    reason = error.strerror or str(error)
    return reason if error.filename is None else f"{str(error.filename)!r}: {reason}"
