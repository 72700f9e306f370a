"""What a notebook says of a run above its Dataset, as text and as HTML, safe whatever the run says of itself."""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sweeprun.provenance.gather import command_text
from sweeprun.results.failures import failures_of
from sweeprun.runs.observe import warnings_of
from sweeprun.safe_text import one_line, plain_message
from sweeprun.store.snapshot import Snapshot, TaskState

_COLOURS = {
    TaskState.SUCCEEDED: "#2da44e",
    TaskState.RUNNING: "#3987d6",
    TaskState.FAILED: "#d1453b",
    TaskState.LOST: "#a45bd6",
    TaskState.PENDING: "#9aa0a6",
    TaskState.EXCLUDED: "#9aa0a644",
}
"""In the order of the bar; each can be told from a light and from a dark page."""

STYLE = """
.sweeprun-run { margin-bottom: 0.6em; line-height: 1.5; }
.sweeprun-run code { background: none; color: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
.sweeprun-bar { display: flex; height: 0.7em; max-width: 42em; margin: 0.4em 0; overflow: hidden; }
.sweeprun-bar span { min-width: 3px; }
.sweeprun-counts span { margin-right: 1.2em; white-space: nowrap; }
.sweeprun-counts i { display: inline-block; width: 0.7em; height: 0.7em; margin-right: 0.4em; border-radius: 50%; }
.sweeprun-facts { display: grid; grid-template-columns: max-content auto; column-gap: 1em; margin-top: 0.4em; }
.sweeprun-facts > :nth-child(odd) { opacity: 0.65; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A run in a few lines.

    Attributes
    ----------
    path
        The run directory, as one would type it.
    counts
        How many tasks are in each state.
    facts
        What is known of it, by name: its command line, when it was started, its code.
    notes
        What its user should know.
    """

    path: str
    counts: dict[TaskState, int]
    facts: dict[str, str]
    notes: tuple[str, ...]

    @property
    def total(self) -> str:
        tasks = sum(self.counts.values())
        return f"{tasks} task" if tasks == 1 else f"{tasks} tasks"

    def text(self) -> str:
        """As lines for a terminal, which takes no orders from them."""
        counted = ", ".join(f"{count} {state.value}" for state, count in self.counts.items() if count)
        lines = [f"<sweeprun.Run {self.path}>", f"{self.total}: {counted}"]
        lines += [f"{name}: {value}" for name, value in self.facts.items()]
        return "\n".join(map(plain_message, [*lines, *self.notes]))

    def html(self) -> str:
        """As HTML for light and dark pages, without scripts; what comes from the run is only ever text in it."""
        facts = "".join(f"<div>{escaped(name)}</div><code>{escaped(fact)}</code>" for name, fact in self.facts.items())
        notes = "".join(f"<div>⚠ {escaped(note)}</div>" for note in self.notes)
        return (
            f'<style>{STYLE}</style><div class="sweeprun-run">'
            f"<div><b>sweeprun.Run</b> <code>{escaped(self.path)}</code></div>{bar_of(self.counts, self.total)}"
            f'<div class="sweeprun-facts">{facts}</div>{notes}</div>'
        )


def bar_of(counts: Mapping[TaskState, int], heading: str) -> str:
    """A bar of tasks by state as HTML, with their numbers below it, behind a heading."""
    present = [(counts[state], state.value, colour) for state, colour in _COLOURS.items()]
    present = [(count, f"{count} {name}", colour) for count, name, colour in present if count]
    told = ", ".join(counted for _, counted, _ in present)
    bar = "".join(
        f'<span style="flex: {count}; background: {colour}" title="{counted}"></span>'
        for count, counted, colour in present
    )
    counted = "".join(f'<span><i style="background: {colour}"></i>{counted}</span>' for _, counted, colour in present)
    return (
        f'<div class="sweeprun-bar" role="img" aria-label="{told}">{bar}</div>'
        f'<div class="sweeprun-counts"><span>{escaped(heading)}</span>{counted}</div>'
    )


def summarise(snapshot: Snapshot, doubts: Sequence[str] = ()) -> Summary:
    """The summary of a run as it was when somebody looked.

    Parameters
    ----------
    snapshot
        The run.
    doubts
        What the user should know of its values.
    """
    provenance = snapshot.manifest.provenance
    host = f" on {provenance['host']}" if provenance.get("host") else ""
    facts = {
        "started": f"{provenance.get('created')}{host}",
        "command": command_text(provenance),
        "code": _code(provenance),
    }
    return Summary(
        path=snapshot.run.shown(),
        counts=snapshot.counts(),
        facts={name: value for name, value in facts.items() if value},
        notes=(*_failed(snapshot), *_notes(snapshot), *doubts),
    )


def _code(provenance: Mapping[str, Any]) -> str:
    git = provenance.get("git")
    if isinstance(git, Mapping) and git.get("commit"):
        return f"commit {git['commit']}" + (" with uncommitted changes" if git.get("changed") else "")
    return f"digest {provenance['code']}" if provenance.get("code") else ""


def _failed(snapshot: Snapshot) -> Iterator[str]:
    """How many tasks failed, and how the largest group of them did."""
    if not any(snapshot.counts()[state] for state in (TaskState.FAILED, TaskState.LOST)):
        return
    failures = failures_of(snapshot)
    group = failures.groups[0]
    told = [failures.coordinates(group.tasks[0]) if group.count == 1 else str(group.common or "")]
    told = [*told, failures.where(group), group.what]
    many = "1 task failed" if failures.count == 1 else f"{failures.count} tasks failed"
    most = "" if group.count == failures.count else f", {group.count} of them with"
    yield one_line(f"{many}{most}: {'  '.join(filter(None, told))}; see run.failures")


def _notes(snapshot: Snapshot) -> list[str]:
    notes = list(warnings_of(snapshot))
    if snapshot.activity.problem:
        notes.append(f"what waits and runs is not known: {snapshot.activity.problem}")
    notes += [f"{shard.path.name}: {shard.torn}" for shard in snapshot.shards if shard.torn and not shard.only_tail]
    if snapshot.best.unsound:
        count = len(snapshot.best.unsound)
        notes.append(f"{count} {'record is' if count == 1 else 'records are'} damaged, and left out")
    return notes


def escaped(text: object) -> str:
    """A text as HTML that shows it, whatever it says."""
    return html.escape(plain_message(text))
