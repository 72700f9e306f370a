"""Functions of other modules that are watched: ours takes the place of each as long as some watch needs it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from types import ModuleType
from typing import Any


@dataclass(kw_only=True)
class Replaced:
    """A function that tells watches of its calls, and does what it did.

    Attributes
    ----------
    owner, name
        The module or class that has it.
    """

    owner: Any
    name: str
    _told: list[Callable[..., None]] = field(default_factory=list)
    _original: Any = None

    def tell(self, watch: Callable[..., None]) -> None:
        """Let a watch hear of every call, with its arguments, before it does anything."""
        if not self._told:
            self._replace()
        self._told.append(watch)

    def forget(self, watch: Callable[..., None]) -> None:
        """Tell a watch no more; the last one leaves the module as it was."""
        if watch in self._told:
            self._told.remove(watch)
            if not self._told and self._original is not None:
                setattr(self.owner, self.name, self._original)

    def _replace(self) -> None:
        original = self._original = getattr(self.owner, self.name, None)
        if original is None:  # of another version of its module, which goes other ways
            return
        told = self._told

        @wraps(original)
        def function(*args: Any, **kwargs: Any) -> Any:
            for watch in told:
                watch(*args, **kwargs)
            return original(*args, **kwargs)

        if isinstance(self.owner, ModuleType):  # so that it is pickled by its name, as what it stands for
            function.__module__, function.__qualname__ = self.owner.__name__, self.name
        setattr(self.owner, self.name, function)
