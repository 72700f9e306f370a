"""Standard error as the observer of verbs."""

import sys
from contextlib import AbstractContextManager

from sweeprun.display.progress import make_progress
from sweeprun.launchers.progress import Progress
from sweeprun.runs.events import Observer
from sweeprun.safe_text import plain_message


class Terminal:
    """Shows on standard error how a verb goes on; standard output is for results."""

    def note(self, text: str) -> None:
        print(plain_message(text), file=sys.stderr, flush=True)

    def warn(self, text: str) -> None:
        print(f"sweeprun: {plain_message(text)}", file=sys.stderr, flush=True)

    def progress(self, total: int, heading: str, done: int = 0) -> AbstractContextManager[Progress]:
        return make_progress(total, heading, done)


TERMINAL: Observer = Terminal()
