"""Whether what was printed is what a page shows.

``…`` stands for anything. Times, dates, ids of jobs, numbers of workers and where jobs run differ from run to run;
other numbers with a decimal point may differ by 2 %, since another processor may round differently. Progress is told
when there is time for it.
"""

import math
import re

_TOLERANCE = 0.02
_PROGRESS = re.compile(r"^\d+/\d+ done, .*\n?", re.MULTILINE)
_NUMBER = r"[-+]?\d+\.\d*(?:e[-+]?\d+)?"
_DURATION = r"(?:\d+ h \d+ min\b|(?:\d+ min )?\d+(?:\.\d+)? s\b)"
_VARYING = re.compile(
    r"(?P<anything>…)"
    r"|(?P<date>\d{4}-\d{2}-\d{2}[/T ]\d{2}[-:]\d{2}[-:]\d{2}(?:[-.]\d+)?)"
    r"|(?P<job>\bjob \d+)"
    r"|(?P<nodes>\((?:n1|JobArrayTaskLimit): [^)]*\))"
    r"|(?P<workers>\d+(?= workers))"
    rf"|(?P<duration>{_DURATION})"
    r"|(?P<time>\d+(?:\.\d+)?(?= ms\b|/s\b))"
    rf"|(?P<number>{_NUMBER})"
    r"|(?P<space>\s+)"
)
_PATTERNS = {
    "anything": r".*?",
    "date": r"\d{4}-\d{2}-\d{2}[/T ]\d{2}[-:]\d{2}[-:]\d{2}(?:[-.]\d+)?",
    "job": r"job \d+",
    "nodes": r"\([^)]*\)",
    "workers": r"\d+",
    "duration": _DURATION,
    "time": r"\d+(?:\.\d+)?",
    "number": rf"({_NUMBER}|\d+)",
    "space": r"\s+",
}


def matches(shown: str, printed: str) -> bool:
    """Whether a text is one that was printed."""
    shown, printed = (_PROGRESS.sub("", text).strip() for text in (shown, printed))
    numbers: list[float] = []
    pattern = ""
    end = 0
    for found in _VARYING.finditer(shown):
        pattern += re.escape(shown[end : found.start()]) + _PATTERNS[str(found.lastgroup)]
        if found.lastgroup == "number":
            numbers.append(float(found[0]))
        end = found.end()
    whole = re.fullmatch(pattern + re.escape(shown[end:]), printed, re.DOTALL)
    return whole is not None and all(
        math.isclose(float(there), here, rel_tol=_TOLERANCE, abs_tol=1e-12)
        for there, here in zip(whole.groups(), numbers, strict=True)
    )
