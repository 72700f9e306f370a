"""The launcher and the policy of what is to be started: as words in Hydra's grammar, or as values of Python.

Both are checked by the same schemas.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sweeprun.config.launcher_options import advice, explained
from sweeprun.config.launcher_schema import known_options, schema_of
from sweeprun.config.schema import SweeperOptions
from sweeprun.design.policy import Policy
from sweeprun.errors import OverrideError

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

_KEY = "hydra.launcher."
_GROUP = "hydra/launcher"
_SWEEPER = "hydra.sweeper."
_POLICY = ("retries", "retry_on", "timeout", "max_failures", "seed_globals")


class Changes(Protocol):
    """What is changed of the launcher and of the policy, for what is to be started."""

    def launcher(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The name and options of a launcher, changed."""

    def policy(self, policy: Policy) -> Policy:
        """A policy, changed."""

    @property
    def choose_launcher(self) -> bool:
        """Whether they name a launcher."""

    def set_option(self, name: str) -> bool:
        """Whether they set an option of the launcher."""


@dataclass(frozen=True, slots=True)
class Words:
    """Changes as they are typed: ``hydra.launcher.KEY=VALUE``, ``hydra/launcher=NAME``, ``hydra.sweeper.KEY=VALUE``."""

    words: Sequence[str] = ()

    def launcher(self, options: Mapping[str, Any]) -> dict[str, Any]:
        return change_launcher(options, [word for word in self.words if not is_of_policy(word)])

    def policy(self, policy: Policy) -> Policy:
        return change_policy(policy, [word for word in self.words if is_of_policy(word)])

    @property
    def choose_launcher(self) -> bool:
        return any(word.startswith(f"{_GROUP}=") for word in self.words)

    def set_option(self, name: str) -> bool:
        return any(word.lstrip("+").startswith(f"{_KEY}{name}=") for word in self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Changes as values of Python.

    Attributes
    ----------
    name
        The launcher; None for the one that there is.
    options
        Its options.
    of_policy
        Those of `Policy`.
    """

    name: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    of_policy: Mapping[str, Any] = field(default_factory=dict)

    def launcher(self, options: Mapping[str, Any]) -> dict[str, Any]:
        changed = dict(options)
        if self.name is not None and self.name != changed.get("name"):
            changed = {"name": self.name, "variables": options.get("variables", {})}
        for key, value in self.options.items():
            _set(changed, key, value, f"{key}={value!r}")
        return changed

    def policy(self, policy: Policy) -> Policy:
        node: Any = OmegaConf.merge(OmegaConf.structured(SweeperOptions), policy.to_dict())
        for key, value in self.of_policy.items():
            _update(node, key, value, f"{key}={value!r}")
        return policy_of(node)

    @property
    def choose_launcher(self) -> bool:
        return self.name is not None

    def set_option(self, name: str) -> bool:
        return name in self.options

    def told(self) -> dict[str, Any]:
        """What was given, by the names of arguments."""
        others = dict(self.options)
        told = {"throttle": others.pop("throttle")} if "throttle" in others else {}
        named = {} if self.name is None else {"name": self.name}
        launcher = {"launcher": {**named, **others} if others else self.name} if named or others else {}
        return launcher | told | dict(self.of_policy)


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
        _update(node, key, override.value(), repr(override.input_line))
    return policy_of(node)


def _update(node: Any, key: str, value: Any, written: str) -> None:
    try:
        OmegaConf.update(node, key, value, merge=False)
    except OmegaConfBaseException as error:
        raise OverrideError(f"{written}: {str(error).splitlines()[0]}") from error


def _parse(overrides: Sequence[str]) -> "list[Override]":
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        return list(OverridesParser.create().parse_overrides(list(overrides)))
    except (HydraException, ValueError) as error:
        raise OverrideError(f"{' '.join(overrides)!r} can't be read: {str(error).splitlines()[0]}") from error


def _set(launcher: dict[str, Any], key: str, value: Any, line: str) -> None:
    """Set one option, checked by the launcher's schema where its options are known."""
    name, option = str(launcher.get("name")), key.partition(".")[0]
    known = known_options(name)
    if known is not None and option not in known:
        raise OverrideError(f"{line!r}: {name} has no option {option!r}; {advice(name, option)}")
    try:
        node = OmegaConf.create() if known is None else schema_of(name)
        OmegaConf.set_struct(node, False)
        if option in launcher:
            OmegaConf.update(node, option, launcher[option])
        OmegaConf.update(node, key, value, merge=False, force_add=True)
    except OmegaConfBaseException as error:
        raise (explained(error) or OverrideError(f"{line!r}: {str(error).splitlines()[0]}")) from error
    chosen = node[option]
    launcher[option] = OmegaConf.to_container(chosen) if OmegaConf.is_config(chosen) else chosen
