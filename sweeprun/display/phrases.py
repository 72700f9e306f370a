"""Times and rates in words."""

_UNITS = (("s", 1), ("min", 60), ("h", 3600))


def duration(seconds: float) -> str:
    """A time span for people."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def rate_text(rate: float) -> str:
    """Tasks per second."""
    unit, seconds = next((pair for pair in _UNITS if rate * pair[1] >= 1), _UNITS[-1] if rate else _UNITS[0])
    shown = rate * seconds
    return f"{shown:.0f}/{unit}" if shown >= 10 else f"{shown:.1f}/{unit}"


def rate_of(done: int, elapsed: float) -> float:
    """Tasks per second; 0 as long as no time has passed."""
    return done / elapsed if elapsed > 0 else 0.0
