"""Resolvers that an application registered before it started a sweep, for workers that start without it."""

import pickle
from contextlib import suppress
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf
from omegaconf.basecontainer import BaseContainer

from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import create_file, read_large_file

_HYDRAS = frozenset({"hydra", "now", "python_version"})


def record_resolvers(run: RunDirectory) -> bool:
    """Write the resolvers of this process into a new run, but for OmegaConf's and Hydra's; whether there are any.

    Those that can't be pickled are left out.
    """
    from sweeprun.by_value import dumps

    pickled: dict[str, bytes] = {}
    for name, resolver in _resolvers().items():
        if name in _HYDRAS or name.startswith("oc."):
            continue
        with suppress(Exception):  # the task that needs it says that it is missing
            pickled[name] = dumps(resolver)
    if pickled:
        create_file(run.resolvers, pickle.dumps(pickled, protocol=pickle.HIGHEST_PROTOCOL))
    return bool(pickled)


def register_recorded_resolvers(path: Path) -> None:
    """Register the resolvers of a run that importing its task function has not registered.

    Only workers may call this: reading a pickle runs what it says.
    """
    for name, pickled in pickle.loads(read_large_file(path)[0]).items():
        if not OmegaConf.has_resolver(name):
            _resolvers()[name] = pickle.loads(pickled)


def _resolvers() -> dict[str, Any]:
    """Those of OmegaConf, which Hydra's own launchers hand on in the same way."""
    return BaseContainer._resolvers
