"""The config of a task, from the YAML that a run has for people: nothing of the run is unpickled."""

from collections.abc import Mapping
from typing import Any

import yaml  # type: ignore[import-untyped, unused-ignore]  # OmegaConf's
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sweeprun.config.frozen import ConfigDeriver, freeze_text
from sweeprun.design.tasks import Task
from sweeprun.errors import SweeprunError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import config_text
from sweeprun.store.manifest import Manifest


def readable_config(run: RunDirectory, manifest: Manifest, task: Task) -> Mapping[str, Any] | None:
    """The config of a task of a run; None if the run doesn't say.

    Values that only a structured config can hold, such as enums, are texts; interpolations are as they were written.
    """
    try:
        texts = config_text(run).split("---\n")
        if any(_has_aliases(text) for text in texts):  # we write none, and few bytes of them may become many
            return None
        config = ConfigDeriver(manifest, [freeze_text(text) for text in texts]).derive(task)
    except (yaml.YAMLError, OmegaConfBaseException, SweeprunError, LookupError, ValueError, RecursionError):
        return None
    found: Any = OmegaConf.to_container(config, resolve=False)
    return found if isinstance(found, dict) else None


def _has_aliases(text: str) -> bool:
    return "*" in text and any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text))
