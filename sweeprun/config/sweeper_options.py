"""What is wrong with the options of our sweeper, and whose they are that it doesn't have."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import Any

from omegaconf import OmegaConf, flag_override

from sweeprun.config.launcher_schema import PREFIX, known_options
from sweeprun.config.omegaconf_errors import missing_key
from sweeprun.config.other_plugins import OtherPlugin, owner_of
from sweeprun.config.schema import SWEEPER, SweeperNode, SweeperOptions
from sweeprun.errors import OverrideError, UsageError
from sweeprun.launchers.registry import OUR_LAUNCHERS
from sweeprun.other_names import meant_by
from sweeprun.wording import hydra, sweeper

_SWEEPER = "sweeper"
_HIDDEN = ("_target_", "defaults")


def is_ours(node: Any) -> bool:
    """Whether a config ``hydra.sweeper`` is of our sweeper."""
    return OmegaConf.get_type(node) is SweeperNode


def claim_sweeper(node: Any) -> None:
    """Give a config of our sweeper its class back, which a config for another sweeper has replaced."""
    if is_ours(node) and node["_target_"] != SweeperNode._target_:
        with flag_override(node, "readonly", False):
            node["_target_"] = SweeperNode._target_


def check_sweeper_options(node: Any) -> None:
    """Refuse options that our sweeper doesn't have: what another one would do with them, ours doesn't.

    Raises
    ------
    UsageError
        If there is one that says something.
    """
    if not is_ours(node):
        return
    written: Any = OmegaConf.to_container(node, resolve=False)
    known = SweeperOptions.__dataclass_fields__
    others = [
        str(key) for key, value in written.items() if key not in known and key not in _HIDDEN and value is not None
    ]
    if not others:
        return
    owner = owner_of(_SWEEPER, others)
    if owner is None:
        raise OverrideError(_unknown(others[0], known))
    raise UsageError(_of_another(owner, others))


def _of_another(owner: OtherPlugin, keys: list[str]) -> str:
    listed = ", ".join([str(sweeper(keys[0])), *keys[1:]])
    are = "is an option" if len(keys) == 1 else "are options"
    meant = meant_by(keys[0]) if len(keys) == 1 else None
    ours, launcher = hydra("/sweeper").to(SWEEPER), hydra("/launcher").to(PREFIX + OUR_LAUNCHERS[0])
    without = " ".join(f"'~{sweeper(key)}'" for key in keys)
    return (
        f"{listed} {are} of {owner.whose}, and {ours} was chosen: let that one decide with "
        f"{hydra('/sweeper').to(owner.choice)}, whose jobs {launcher} records as well, or take out what is for it: "
        f"{without}" + (f"; did you mean {meant}?" if meant is not None else "")
    )


def _unknown(key: str, known: Collection[str]) -> str:
    if (meant := meant_by(key)) is not None:
        advice = f"did you mean {meant}?"
    elif close := get_close_matches(key, known, n=1):
        advice = f"did you mean {sweeper(close[0])}?"
    else:
        advice = f"its options are {', '.join(known)}"
    return f"{sweeper(key)} is no option of {hydra('/sweeper').to(SWEEPER)}: {advice}"


def advice_on(error: BaseException) -> str:
    """What to say besides of a config of another sweeper or launcher that doesn't have an option of ours."""
    missing = missing_key(error)
    if missing is None:
        return ""
    if missing.holder == "hydra.sweeper" and missing.key in SweeperOptions.__dataclass_fields__:
        return (
            f"{sweeper(missing.key)} is an option of sweeprun's own sweeper: choose it by "
            f"{hydra('/sweeper').to(SWEEPER)}. If your config sets it, give it a file that others don't read, as "
            "`sweeprun init` does: conf/hydra/sweeper/study.yaml, which begins with `defaults: [sweeprun]`, and in the "
            "defaults list of the config `override hydra/sweeper: study`"
        )
    if missing.holder == "hydra.launcher":
        having = [PREFIX + name for name in OUR_LAUNCHERS if missing.key in (known_options(name) or ())]
        if having:
            choices = " or ".join(str(hydra("/launcher").to(name)) for name in having)
            return f"{missing.full} is an option of sweeprun's own launchers: choose one by {choices}"
    return ""
