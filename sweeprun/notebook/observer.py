"""The terminal, or the notebook's cell, as the observer of verbs that were asked for in Python."""

from sweeprun.display.terminal import Terminal
from sweeprun.notebook.options import as_in_python
from sweeprun.runs.events import Observer


class InPython(Terminal):
    """Says in words of Python what verbs say in those of the command line."""

    def note(self, text: str) -> None:
        super().note(as_in_python(text))

    def warn(self, text: str) -> None:
        super().warn(as_in_python(text))


IN_PYTHON: Observer = InPython()
