"""Notices when all tasks so far returned something that can't be stored, so that it is said before a night is over."""

from collections.abc import Mapping

from sweeprun.store.named_dims import misfits_text


class LackWatch:
    """Looks at what was left out of each result of a worker."""

    def __init__(self) -> None:
        self._common: dict[str, str] | None = None
        self._misfits: dict[str, str] | None = None
        self._told = False

    def look(self, left_out: Mapping[str, str], misfits: Mapping[str, str] | None = None) -> None:
        """Take note of what a task returned that can't be stored: name -> why; and of names that don't fit."""
        known = self._misfits
        if known is None or known:
            misfits = misfits or {}
            self._misfits = {name: why for name, why in (known or misfits).items() if name in misfits}
        if self._common is None:
            self._common = dict(left_out)
        elif self._common:
            self._common = {name: why for name, why in self._common.items() if name in left_out}

    def news(self) -> str:
        """What all tasks so far lack, in one line, once; an empty text if there is nothing, or it was given before."""
        if self._told or not (self._common or self._misfits):
            return ""
        self._told = True
        reasons = "; ".join(f"{name!r} ({why})" for name, why in (self._common or {}).items())
        found = [f"every task so far lacks what can't be stored: {' '.join(reasons.split())}"] if reasons else []
        if self._misfits:
            found.append(f"in every task so far, {misfits_text(self._misfits)}")
        return "; ".join(found)
