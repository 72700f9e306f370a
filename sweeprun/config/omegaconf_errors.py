"""Errors of OmegaConf as objects: which key is missing, and where. Needs no Hydra."""

from dataclasses import dataclass

from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException


@dataclass(frozen=True, slots=True)
class MissingKey:
    """A key that a config doesn't have.

    Attributes
    ----------
    key
        Its name where it was looked for.
    full
        Its name from the config itself on.
    """

    key: str
    full: str

    @property
    def holder(self) -> str:
        """The key of what should have it; empty for the config itself."""
        return self.full.rpartition(".")[0]


def of_omegaconf(error: BaseException | None) -> OmegaConfBaseException | None:
    """The error of OmegaConf behind an error: itself, or what led to it; None if OmegaConf raised nothing."""
    while error is not None and not isinstance(error, OmegaConfBaseException):
        error = error.__cause__ or error.__context__
    return error


def missing_key(error: BaseException | None) -> MissingKey | None:
    """The key that an error, or what caused it, is about, if a config doesn't have one; else None."""
    found = of_omegaconf(error)
    if not isinstance(found, ConfigKeyError | ConfigAttributeError) or found.key is None:
        return None
    return MissingKey(str(found.key), str(found.full_key or found.key))
