"""Options that were given for a launcher: checked, and translated where they are those of another one."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from omegaconf import OmegaConf
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException

from sweeprun.config.launcher_schema import (
    JOB_NAME,
    KEY,
    NOT_OF_LAUNCHERS,
    PREFIX,
    default_options,
    is_of_launcher,
    known_options,
    launcher_of_type,
    schema_of,
)
from sweeprun.config.omegaconf_errors import of_omegaconf
from sweeprun.config.other_plugins import owner_of
from sweeprun.errors import OverrideError, UsageError
from sweeprun.launchers.capabilities import Translated, capabilities_in
from sweeprun.launchers.registry import OUR_LAUNCHERS, is_launcher, options_of
from sweeprun.other_names import meant_by
from sweeprun.wording import hydra, launcher

_LAUNCHER = "launcher"
_AS_WRITTEN = {JOB_NAME: "name"}


def check_option_names(name: str, node: Any, typed: Collection[str]) -> None:
    """Refuse options that a launcher doesn't have, but for those that a config may hold for another launcher.

    Parameters
    ----------
    name, node
        The launcher, and the config ``hydra.launcher``.
    typed
        The options that the command line sets.

    Raises
    ------
    UsageError
        If there is one.
    """
    known = known_options(name)
    if known is None or not is_of_launcher(node):
        return
    others = {str(key): None for key in node if key not in known and key not in NOT_OF_LAUNCHERS}
    for key in _translated(name, others).options:
        if key in typed or (key != JOB_NAME and owner_of(_LAUNCHER, [key]) is None):
            raise unknown_option(name, key)


def own_options(name: str, options: Mapping[str, Any]) -> Translated:
    """Options of a launcher as it takes them, where some may be those of other launchers.

    Parameters
    ----------
    name
        The launcher.
    options
        Its options, resolved. One that is null, and can't be, is as if it weren't there.

    Raises
    ------
    UsageError
        If no launcher is known to have an option, or it asks for what this one can't do.
    """
    known = known_options(name)
    if known is None:
        return Translated(options=dict(options))
    found, defaults = _translated(name, options), default_options(name)
    kept, without_effect = {}, dict(found.became)
    for key, value in found.options.items():
        if key in known:
            if value is not None or defaults[key] is None:
                kept[key] = value
        elif key != JOB_NAME and owner_of(_LAUNCHER, [key]) is None:
            raise unknown_option(name, key)
        elif key != JOB_NAME and value is not None:
            without_effect[key] = ""
    return Translated(options=kept, became=without_effect)


def _translated(name: str, options: Mapping[str, Any]) -> Translated:
    translate = capabilities_in(options_of(name)).translate
    return Translated(options=options) if translate is None else translate(options, default_options(name))


def has_effect(name: str, key: str) -> bool:
    """Whether a launcher makes anything of an option; all if its options aren't known."""
    known = known_options(name)
    if known is None or key in known:
        return True
    try:
        found = _translated(name, {key: 1})
    except (UsageError, AttributeError, TypeError):  # it is looked at, and 1 is no value of it
        return True
    return key not in found.options and found.became.get(key) != ""


def translation_note(name: str, became: Mapping[str, str]) -> str:
    """What became of options of other launchers, in one line; empty if there are none."""
    owner = owner_of(_LAUNCHER, became) if became else None
    if owner is None:
        return ""
    told = [f"{_AS_WRITTEN.get(key, key)} became {what}" for key, what in became.items() if what]
    without_effect = [_AS_WRITTEN.get(key, key) for key, what in became.items() if not what]
    told += [f"without effect: {', '.join(without_effect)}"] if without_effect else []
    elsewhere = next((other for other in OUR_LAUNCHERS if other != name and _understands(other, without_effect)), None)
    there = f"; {hydra('/launcher').to(PREFIX + elsewhere)} understands them" if elsewhere else ""
    return f"the config has options of {owner.whose}: {'; '.join(told)}{there}"


def _understands(name: str, keys: Collection[str]) -> bool:
    """Whether a launcher makes options of its own of some of other launchers."""
    return bool(keys) and not _translated(name, dict.fromkeys(keys)).options


def checked_options(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a launcher, resolved, as the types that its schema has for them.

    Raises
    ------
    OverrideError, UsageError
        If it doesn't have one, or a value is of another type.
    """
    if known_options(name) is None:
        return dict(options)
    own = own_options(name, options).options
    typed = {key: value for key, value in own.items() if "${" not in str(value)}  # which would be resolved twice
    try:
        node = OmegaConf.merge(schema_of(name), typed)
    except OmegaConfBaseException as error:
        raise OverrideError(f"{launcher(str(error.full_key))}: {str(error).splitlines()[0]}") from error
    checked: Any = OmegaConf.to_container(node)
    return {key: checked[key] if key in typed else value for key, value in own.items()}


def check_shared(name: str, options: Sequence[Mapping[str, Any]]) -> None:
    """Refuse options of the tasks of a run that differ although all tasks share them.

    Raises
    ------
    UsageError
        If there is one.
    """
    for key in sorted(capabilities_in(options_of(name)).same_for_all_tasks):
        values = [own.get(key) for own in options]
        if other := [value for value in values if value != values[0]]:
            raise UsageError(
                f"{launcher(key)} is {values[0]!r} for some tasks and {other[0]!r} for others, and all tasks of a run "
                "share it; let it refer to no swept key"
            )


def explained(error: BaseException | None) -> UsageError | None:
    """What is to be said of an error that is about a launcher's options; None if it is about anything else."""
    found = of_omegaconf(error)
    if not isinstance(found, ConfigKeyError | ConfigAttributeError):
        return None
    name, key, node = launcher_of_type(found.object_type), str(found.key), found.parent_node
    if name is not None and key not in NOT_OF_LAUNCHERS:
        return unknown_option(name, key)
    if name is None and OmegaConf.is_dict(node) and node._get_full_key(None) == KEY and "_target_" not in node:
        return _not_in_file(node.get("name"), key)
    return None


def unknown_option(name: str, key: str) -> UsageError:
    """That a launcher has no such option, with what to write instead."""
    return UsageError(f"{launcher(key)} is no option of {hydra('/launcher').to(name)}: {advice(name, key)}")


def advice(name: str, key: str) -> str:
    """What to write instead of a name that is no option of a launcher."""
    hint = capabilities_in(options_of(name)).hint
    if hint is not None and (found := hint(key)):
        return found
    if (meant := meant_by(key)) is not None:
        return f"did you mean {meant}?"
    for other in OUR_LAUNCHERS:
        if other != name and key in (known_options(other) or ()):
            return f"it is one of {hydra('/launcher').to(other)}"
    if (owner := owner_of(_LAUNCHER, [key])) is not None:
        return f"it is one of {owner.whose}; take it out, or choose {hydra('/launcher').to(owner.choice)}"
    has = known_options(name) or ()
    close = get_close_matches(key, has, n=1)
    listed = f"its options are {', '.join(has)}" if has else "it has no options"
    return f"{listed}; did you mean {launcher(close[0])}?" if close else listed


def _not_in_file(name: Any, key: str) -> UsageError | None:
    """What to do about an option that a config of a user's own without a schema doesn't mention."""
    if name is None or not is_launcher(str(name)) or (known := known_options(str(name))) is None:
        return None
    if key not in known and key not in NOT_OF_LAUNCHERS:
        return unknown_option(str(name), key)
    return UsageError(
        f"{launcher(key)} isn't in the config of the launcher; begin its file with `defaults: [{name}]`, which has all "
        "options, or write it there"
    )
