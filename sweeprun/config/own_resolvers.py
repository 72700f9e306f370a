"""Registering resolvers with whatever OmegaConf is installed. Needs no Hydra."""

from collections.abc import Callable
from typing import Any

from omegaconf import OmegaConf
from omegaconf.version import __version__

_RENAMED = tuple(map(int, __version__.split(".")[:2])) >= (2, 4)
"""Whether `register_resolver` is what registers a resolver; before, it was an older way to do so."""


def register_resolver(name: str, resolver: Callable[..., Any], *, use_cache: bool = False) -> None:
    """Register a resolver, in the place of one that has its name."""
    register: Any = OmegaConf.register_resolver if _RENAMED else OmegaConf.register_new_resolver
    register(name, resolver, replace=True, use_cache=use_cache)
