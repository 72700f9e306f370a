"""Notices when all tasks so far returned something that can't be stored, so that it is said before a night is over."""

from collections.abc import Mapping


class LackWatch:
    """Looks at what was left out of each result of a worker."""

    def __init__(self) -> None:
        self._common: dict[str, str] | None = None
        self._told = False

    def look(self, left_out: Mapping[str, str]) -> None:
        """Take note of what a task returned that can't be stored: name -> why."""
        if self._common is None:
            self._common = dict(left_out)
        elif self._common:
            self._common = {name: why for name, why in self._common.items() if name in left_out}

    def news(self) -> str:
        """What all tasks so far lack, in one line, once; an empty text if there is nothing, or it was given before."""
        if self._told or not self._common:
            return ""
        self._told = True
        reasons = "; ".join(f"{name!r} ({why})" for name, why in self._common.items())
        return f"every task so far lacks what can't be stored: {' '.join(reasons.split())}"
