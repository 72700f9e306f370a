"""What is known of a run or a task, in lines: one for each thing, and those of a mapping indented below its name."""

from collections.abc import Mapping
from typing import Any

from sweeprun.safe_text import one_line


def details_text(shown: Mapping[str, Any]) -> str:
    """What a mapping of names says, as text that takes no orders and forges no line."""
    lines = []
    for name, value in shown.items():
        if name == "result" and not value:
            lines.append(f"{name}: the task returned no value")
        elif isinstance(value, dict):
            lines.append(f"{name}:")
            lines.extend(one_line(f"  {key}: {item}") for key, item in value.items())
        elif isinstance(value, list):
            lines.append(one_line(f"{name}: {' '.join(map(str, value))}"))
        elif isinstance(value, str) and "\n" in value.strip():
            lines.append(f"{name}:")
            lines.extend(f"  {one_line(line)}" for line in value.rstrip().splitlines())
        else:
            lines.append(one_line(f"{name}: {value}"))
    return "\n".join(lines)
