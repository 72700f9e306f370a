"""``hydra.sweeper.params``: what a config sweeps over, as words of a command line."""

import re
from typing import Any

from hydra.core.override_parser.types import Quote, QuotedString
from omegaconf import OmegaConf

from sweeprun.config.hydra_internals import text_of_element
from sweeprun.errors import OverrideError
from sweeprun.wording import sweeper

_PLAIN_WORD = re.compile(r"(?!(true|false|null|nan|inf)$)[a-z_][a-z0-9_/-]*", re.IGNORECASE)
"""Words that Hydra's grammar reads as themselves."""


def written_params(params: Any) -> list[str]:
    """The parameters as overrides; a list in YAML stands for its values.

    Raises
    ------
    OverrideError
        If one is a mapping, as sweepers of others take it, or a list without values.
    """
    plain: Any = OmegaConf.to_container(params, resolve=False) if params else {}
    return [f"{key}={_text(sweeper('params')[str(key)], str(key), value)}" for key, value in plain.items()]


def _text(where: Any, key: str, value: Any) -> str:
    if isinstance(value, dict):
        raise OverrideError(
            f"{where} is the mapping {value}; write what the key is swept over as on the command line: "
            f"`{key}: 0.1,0.01`, `{key}: range(10)` or `{key}: interval(0,1)`"
        )
    if isinstance(value, list):
        if not value:
            raise OverrideError(f"{where} is an empty list: no value to run")
        return ",".join(map(_element_text, value))
    return value if isinstance(value, str) else text_of_element(value)


def _element_text(value: Any) -> str:
    """A value of a list in Hydra's grammar: a text there is a text, whatever it looks like."""
    if isinstance(value, str) and not _PLAIN_WORD.fullmatch(value):
        return str(QuotedString(value, Quote.single).with_quotes())
    return value if isinstance(value, str) else text_of_element(value)
