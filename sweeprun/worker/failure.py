"""What is kept of an exception that a task function raised."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sweeprun.store.records import Failure

_MESSAGE_LIMIT = 10_000
_TRACEBACK_LIMIT = 20_000
_OWN_CODE = str(Path(__file__).parent)


def failure_of(error: BaseException) -> Failure:
    """What is kept of an exception: our own frames are left out of the traceback."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None and trace.tb_frame.f_code.co_filename.startswith(_OWN_CODE):
        trace = trace.tb_next
    text = "".join(traceback.format_exception(type(error), error, trace))
    try:
        said = str(error.code if isinstance(error, SystemExit) else error)
    except Exception:  # noqa: BLE001  # an exception of the user's whose __str__ fails
        said = "(its message can't be printed)"
    if len(said) > _MESSAGE_LIMIT:  # or it would push the frames out of the traceback
        cut = f"{said[:_MESSAGE_LIMIT]} … and {len(said) - _MESSAGE_LIMIT} more characters"
        said, text = cut, text.replace(said, cut)
    exits = isinstance(error, SystemExit) and not isinstance(error.code, str)
    message = f"exit code {said}" if exits else said
    return Failure(type=type(error).__qualname__, message=message, traceback=text[-_TRACEBACK_LIMIT:])


@contextmanager
def suppress_success() -> Iterator[None]:
    """What ends with ``sys.exit(0)`` meanwhile has succeeded, as a program has that does."""
    try:
        yield
    except SystemExit as end:
        if end.code:
            raise


def names_of(error: BaseException) -> set[str]:
    """What an exception may be called in ``retry_on``: its class and those that it derives from."""
    kinds = [kind for kind in type(error).__mro__ if kind is not object]
    return {
        name for kind in kinds for name in (kind.__name__, kind.__qualname__, f"{kind.__module__}.{kind.__qualname__}")
    }
