"""What Hydra composes in this process: nodes of ours stay ours, and errors about our options say what to type.

A config that was written for another launcher or sweeper may set ``_target_`` or ``name`` of that one; a command line
may set an option of ours where another sweeper was chosen. Both come up while Hydra composes an application's config,
before any code of ours is called.
"""

import sys
from typing import Any

from hydra.errors import ConfigCompositionException
from omegaconf import DictConfig, OmegaConf

from sweeprun.config.hydra_internals import make_plugins_without_options, watch_compositions
from sweeprun.wording import TERMINAL, speaking

_SCHEMAS = "sweeprun.config.schema"


def attend_compositions() -> None:
    """Look at all that Hydra composes in this process from now on."""
    watch_compositions(claim, explain)
    make_plugins_without_options(_is_ours)


def claim(config: DictConfig) -> None:
    """Give nodes of ours back what a config for another plugin has replaced in them."""
    node: Any = config._get_node("hydra")
    if _SCHEMAS not in sys.modules or not OmegaConf.is_dict(node):
        return  # as no config of ours was asked for
    from sweeprun.config.launcher_schema import claim_launcher
    from sweeprun.config.sweeper_options import claim_sweeper

    claim_sweeper(node._get_node("sweeper"))
    claim_launcher(node._get_node("launcher"))


def _is_ours(node: DictConfig) -> bool:
    """Whether a config of a plugin is one of ours, whose plugins read it themselves."""
    if _SCHEMAS not in sys.modules:
        return False
    from sweeprun.config.launcher_schema import is_of_launcher
    from sweeprun.config.sweeper_options import is_ours

    return is_of_launcher(node) or is_ours(node)


def explain(error: ConfigCompositionException) -> ConfigCompositionException | None:
    """The same error with what to type, if it is about an option of ours; else None."""
    from sweeprun.config.sweeper_options import advice_on

    with speaking(TERMINAL):  # no door is open yet
        advice = advice_on(error)
    if not advice:
        return None
    return ConfigCompositionException(f"{error}\n{advice}" if str(error) else advice)
