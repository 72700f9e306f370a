"""Changing the launcher of a run that exists: overrides of ``hydra.launcher``, in Hydra's grammar and its types."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sweeprun.config.schema import OUR_OPTIONS
from sweeprun.errors import OverrideError

_OPTIONS = {name: schema for schema, name in OUR_OPTIONS.items()}
_KEY = "hydra.launcher."
_GROUP = "hydra/launcher"


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
    try:
        parsed = OverridesParser.create().parse_overrides(list(overrides))
    except (HydraException, ValueError) as error:
        raise OverrideError(f"{' '.join(overrides)!r} can't be read: {str(error).splitlines()[0]}") from error
    for override in sorted(parsed, key=lambda override: override.key_or_group != _GROUP):
        key, value = override.key_or_group, override.value()
        if override.is_sweep_override() or override.is_delete():
            raise OverrideError(f"{override.input_line!r}: a run is resumed with one value of each option")
        if key == _GROUP:
            if value != changed.get("name"):
                changed = {"name": value, "variables": launcher.get("variables", {})}
        elif not key.startswith(_KEY):
            raise OverrideError(
                f"{override.input_line!r} would change what is run; `sweeprun resume` takes {_KEY}KEY and {_GROUP} only"
            )
        else:
            _set(changed, key.removeprefix(_KEY), value, str(override.input_line))
    return changed


def _set(launcher: dict[str, Any], key: str, value: Any, line: str) -> None:
    """Set one option, checked by the launcher's schema where it is one of ours."""
    option = key.partition(".")[0]
    schema = _OPTIONS.get(str(launcher.get("name")))
    known = [field.name for field in fields(schema)] if schema is not None else None
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
