"""What a worker changes in its process, put back after a test."""

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hydra.core.singleton import Singleton
from omegaconf.basecontainer import BaseContainer

from sweeprun.store.workers import WARNING_SIGNAL
from sweeprun.worker.task_handle import INSIDE

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, WARNING_SIGNAL)


@contextmanager
def restored(directory: Path) -> Iterator[None]:
    """Work in a directory; afterwards signals, path, variables, log, resolvers and Hydra's config are as before."""
    handlers = [signal.getsignal(number) for number in _SIGNALS]
    root = logging.getLogger()
    level, loggers = root.level, list(root.handlers)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(directory)
        patch.delenv(INSIDE, raising=False)
        patch.setattr(sys, "path", list(sys.path))
        patch.setattr(sys, "meta_path", list(sys.meta_path))
        patch.setattr(BaseContainer, "_resolvers", dict(BaseContainer._resolvers))
        patch.setattr(Singleton, "_instances", dict(Singleton._instances))
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for number, handler in zip(_SIGNALS, handlers, strict=True):
                signal.signal(number, handler)
            root.setLevel(level)
            root.handlers[:] = loggers
            os.environ.pop(INSIDE, None)
