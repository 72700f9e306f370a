"""Changing the launcher of a run that exists: overrides of ``hydra.launcher``, in Hydra's grammar and its types."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sweeprun.config.schema import NOT_OF_LAUNCHERS, OPTIONS_OF, SweeperOptions
from sweeprun.design.policy import Policy
from sweeprun.errors import OverrideError

_KEY = "hydra.launcher."
_GROUP = "hydra/launcher"
_SWEEPER = "hydra.sweeper."
_POLICY = ("retries", "retry_on", "timeout", "max_failures", "seed_globals")


def change_launcher(launcher: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """The name and options of a launcher, changed.

    Parameters
    ----------
    launcher
        Its name and options, as a submission holds them.
    overrides
        ``hydra.launcher.KEY=VALUE``, or ``hydra/launcher=NAME`` for another launcher with its own defaults.

    Raises
    ------
    OverrideError
        If an override is anything else, or its value has the wrong type.
    """
    changed = dict(launcher)
    for override in sorted(_parse(overrides), key=lambda override: override.key_or_group != _GROUP):
        key, value = override.key_or_group, override.value()
        if override.is_sweep_override() or override.is_delete():
            raise OverrideError(f"{override.input_line!r}: a run is resumed with one value of each option")
        if key == _GROUP:
            if value != changed.get("name"):
                changed = {"name": value, "variables": launcher.get("variables", {})}
        elif not key.startswith(_KEY):
            raise OverrideError(
                f"{override.input_line!r} would change what is run; "
                f"it takes {_KEY}KEY, {_GROUP} and {_SWEEPER}retries, retry_on, timeout, max_failures"
            )
        else:
            _set(changed, key.removeprefix(_KEY), value, str(override.input_line))
    return changed


def policy_of(sweeper: Any) -> Policy:
    """The policy that ``hydra.sweeper`` describes.

    Raises
    ------
    OverrideError
        If a value makes no sense.
    """
    options = {name: sweeper[name] for name in _POLICY}
    return Policy(**options | {"retry_on": None if sweeper.retry_on is None else tuple(sweeper.retry_on)})


def is_of_policy(word: str) -> bool:
    """Whether an override changes the policy of a run."""
    return word.partition("=")[0].lstrip("+") in {f"{_SWEEPER}{name}" for name in _POLICY}


def change_policy(policy: Policy, overrides: Sequence[str]) -> Policy:
    """A policy, changed by ``hydra.sweeper.KEY=VALUE``.

    Raises
    ------
    OverrideError
        If a value has the wrong type or makes no sense, or would change what tasks draw.
    """
    node: Any = OmegaConf.merge(OmegaConf.structured(SweeperOptions), policy.to_dict())
    for override in _parse(overrides):
        key = override.key_or_group.removeprefix(_SWEEPER)
        if key == "seed_globals":
            raise OverrideError(f"{override.input_line!r} would change what tasks draw; start a new sweep")
        try:
            OmegaConf.update(node, key, override.value(), merge=False)
        except OmegaConfBaseException as error:
            raise OverrideError(f"{override.input_line!r}: {str(error).splitlines()[0]}") from error
    return policy_of(node)


def _parse(overrides: Sequence[str]) -> list[Override]:
    try:
        return list(OverridesParser.create().parse_overrides(list(overrides)))
    except (HydraException, ValueError) as error:
        raise OverrideError(f"{' '.join(overrides)!r} can't be read: {str(error).splitlines()[0]}") from error


def _set(launcher: dict[str, Any], key: str, value: Any, line: str) -> None:
    """Set one option, checked by the launcher's schema where it is one of ours."""
    option = key.partition(".")[0]
    schema = OPTIONS_OF.get(str(launcher.get("name")))
    known = None if schema is None else [own.name for own in fields(schema) if own.name not in NOT_OF_LAUNCHERS]
    if known is not None and option not in known:
        raise OverrideError(f"{line!r}: {launcher['name']} has no option {option!r}; it has {', '.join(known)}")
    try:
        node = OmegaConf.structured(schema) if schema is not None else OmegaConf.create()
        OmegaConf.set_struct(node, False)
        if option in launcher:
            OmegaConf.update(node, option, launcher[option])
        OmegaConf.update(node, key, value, merge=False, force_add=True)
    except OmegaConfBaseException as error:
        raise OverrideError(f"{line!r}: {str(error).splitlines()[0]}") from error
    chosen = node[option]
    launcher[option] = OmegaConf.to_container(chosen) if OmegaConf.is_config(chosen) else chosen
