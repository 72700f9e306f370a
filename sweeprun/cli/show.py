"""``sweeprun show RUN [TASK]``: a run, or one of its tasks."""

from collections.abc import Sequence
from typing import Any

from sweeprun.cli.arguments import chosen_run, split_words, subcommand_parser
from sweeprun.design.extension import whole_grid
from sweeprun.design.tasks import Task
from sweeprun.display.json_text import print_json
from sweeprun.provenance.gather import command_text, shown_time
from sweeprun.runs.task_selection import find_task
from sweeprun.safe_text import one_line
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import config_text
from sweeprun.store.looks import read_looks
from sweeprun.store.manifest import Manifest, read_manifest
from sweeprun.store.named_dims import misfit_text
from sweeprun.store.payloads import Layout, decode_result
from sweeprun.store.records import Record
from sweeprun.store.snapshot import STATE_ORDER, TaskState, take_snapshot
from sweeprun.store.submissions import read_submissions
from sweeprun.store.verification import read_verification

_SHOWN_NUMBERS = 8


def main(words: Sequence[str]) -> int:
    """Print what a run is, or what one of its tasks is and gave."""
    parser = subcommand_parser(
        "show",
        "Show a run: its axes, array, configs and provenance; or one task: coordinates, overrides, stream and record. "
        "The task is named by its id or its coordinates.",
        "sweeprun show multirun/2026-05-04/10-11-12 17",
    )
    parser.add_argument("words", nargs="*", metavar="RUN | TASK | AXIS=VALUE", help="by default the newest run")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_intermixed_args(words)
    path, chosen = split_words(args.words)
    run = chosen_run(path)
    manifest = read_manifest(run)
    shown = _task(run, manifest, find_task(manifest.table, chosen)) if chosen else _run(run, manifest)
    if args.json:
        print_json(shown)
    else:
        print(_text(shown))
    return 0


def _run(run: RunDirectory, manifest: Manifest) -> dict[str, Any]:
    submissions = read_submissions(run)
    grid = whole_grid(manifest.table)
    axes = {axis.name: f"{len(axis)} ({axis.kind.dtype})" for axis in grid.axes}
    together = {joint.name: joint.describe() for joint in grid.joint}
    return {
        "run": str(run.path),
        "tasks": len(manifest.table),
        "axes": axes,
        **({"moving together": together} if together else {}),
        **({"left out": manifest.table.selection.to_dict()} if manifest.table.selection else {}),
        "launcher": manifest.launcher,
        "submissions": {
            submission.number: f"tasks {submission.array.tasks} as array {submission.array}"
            for submission in submissions
        },
        "streams": manifest.table.streams.to_dict(),
        **manifest.provenance,
        "command": command_text(manifest.provenance),
        "packages": _one_line(manifest.provenance.get("packages", {})),
        "ended": shown_time(take_snapshot(run).ended()),
        "policy": manifest.policy.to_dict(),
        "resumed": {
            submission.number: _later(submission.provenance) for submission in submissions if submission.provenance
        },
        **_looks(run),
        **_verified(run),
        "config": config_text(run),
    }


def _looks(run: RunDirectory) -> dict[str, Any]:
    """What was seen when members were added until a target was reached."""
    looks = {
        number: f"{look.time} {look.described_rule} over {look.over}: {look.members} members, worst {look.worst}, "
        f"{look.state}, {look.added} added"
        for number, look in enumerate(read_looks(run), 1)
    }
    return {"looks": looks} if looks else {}


def _verified(run: RunDirectory) -> dict[str, Any]:
    """What came out when tasks were last run again; nothing if they never were."""
    outcome = read_verification(run)
    return {} if outcome is None else {"verified": str(outcome)}


def _later(provenance: dict[str, Any]) -> dict[str, Any]:
    """What a resumption or an extension says of itself that may differ from the run's beginning."""
    kept = {name: provenance.get(name) for name in ("created", "host", "code", "git", "versions")}
    return {"command": command_text(provenance), **kept}


def _one_line(packages: dict[str, Any]) -> str:
    return ", ".join(f"{name} {version}" for name, version in packages.items())


def _task(run: RunDirectory, manifest: Manifest, task: Task) -> dict[str, Any]:
    from sweeprun.runs.observe import observe

    task_id = task.task_id
    snapshot = observe(run)
    shown: dict[str, Any] = {
        "task": task_id,
        "coordinates": task.coordinates,
        "overrides": manifest.override_texts(task),
        "stream": manifest.table.streams.describe(task.stream),
        "state": STATE_ORDER[snapshot.states[task_id]].value,
    }
    record = snapshot.record(task_id)
    if record is not None:
        shown |= _record(record)
    if STATE_ORDER[snapshot.states[task_id]] is TaskState.LOST:
        from sweeprun.results.failures import lost_reasons, lost_with

        shown["lost"] = lost_reasons(snapshot).get(task_id) or "its worker is gone, and nobody saw it end"
        shown["worker"] = lost_with(snapshot, task_id)
        shown["see"] = f"sweeprun logs {run.shown()} {task_id}, sweeprun resume {run.shown()}"
    if run.task(task_id).is_dir() and not run.task(task_id).is_symlink():
        shown["directory"] = str(run.task(task_id))
    return shown


def _record(record: Record) -> dict[str, Any]:
    shown: dict[str, Any] = {"attempt": record.attempt, "seconds": round(record.seconds, 6)}
    failure = record.failure()
    if failure is not None:
        return shown | {"failure": f"{failure.type}: {failure.message}", "traceback": failure.traceback}
    layout = Layout.from_json(record.layout)
    arrays = decode_result(layout, record.payload)
    lacks: dict[str, Any] = {"left out": layout.left_out} if layout.left_out else {}
    lacks |= {"missing": list(layout.missing)} if layout.missing else {}
    if layout.misfits:
        lacks["doesn't fit"] = {name: misfit_text(name, why) for name, why in layout.misfits.items()}
    return (
        shown
        | lacks
        | {
            "result": {
                variable.name: array.item() if not array.ndim else f"{variable.dims} {array.dtype} {_head(array)}"
                for variable, array in zip(layout.variables, arrays, strict=True)
            }
        }
    )


def _head(array: Any) -> str:
    flat = array.reshape(-1)
    head = ", ".join(str(item) for item in flat[:_SHOWN_NUMBERS].tolist())
    return f"[{head}{', …' if flat.size > _SHOWN_NUMBERS else ''}]"


def _text(shown: dict[str, Any]) -> str:
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
