"""Failures of a new kind, which the user hears of while the run goes on. Tasks that succeed cost nothing."""

import json
from dataclasses import asdict

from sweeprun.store.records import Record

_MOST_KINDS = 6
"""One more than a display shows."""


class FailureNews:
    """The first failure of each kind among the tasks of a worker."""

    def __init__(self) -> None:
        self._kinds: set[object] = set()
        self._news: list[str] = []

    def add(self, record: Record) -> None:
        """A task has failed for good."""
        if len(self._kinds) >= _MOST_KINDS:
            return
        from sweeprun.results.failure_lines import told_of  # only now: most workers see no failure

        failure = record.failure()
        if failure is None:
            return
        kind = failure.type, told_of(failure.type, failure.message, failure.traceback).where
        if kind not in self._kinds:
            self._kinds.add(kind)
            self._news.append(f"{record.task_id} {json.dumps(asdict(failure))}")

    def take(self) -> list[str]:
        """What is new, one line each, as ``TASK FAILURE``."""
        news, self._news = self._news, []
        return news
