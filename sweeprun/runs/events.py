"""What verbs say while they work: each door hands in an observer of its own, and shows it in its own way."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from sweeprun.launchers.progress import Progress, Tally
from sweeprun.store.records import Failure


class Observer(Protocol):
    """Hears how a verb goes on."""

    def note(self, text: str) -> None:
        """What the verb does now, or has found."""

    def warn(self, text: str) -> None:
        """What the user should know before relying on the results."""

    def progress(self, total: int, heading: str, done: int = 0) -> AbstractContextManager[Progress]:
        """Tasks are about to run.

        Parameters
        ----------
        total, done
            How many tasks there are, and how many of them had ended before.
        heading
            What it is about.
        """


class Silent:
    """Hears everything and shows nothing."""

    def note(self, text: str) -> None:
        pass

    def warn(self, text: str) -> None:
        pass

    @contextmanager
    def progress(self, total: int, heading: str, done: int = 0) -> Iterator[Progress]:
        del total, heading, done
        yield Warnings(self)


SILENT: Observer = Silent()


@dataclass(frozen=True, slots=True)
class Warnings:
    """Progress of launchers that is not followed; what they note is a warning."""

    observer: Observer

    def update(self, tally: Tally) -> None:
        pass

    def note(self, text: str) -> None:
        self.observer.warn(text)

    def failed(self, task_id: int, failure: Failure) -> None:
        pass
