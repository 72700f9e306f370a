"""The program of Toy, a scheduler for tests: jobs of this machine, known by folders below ``TOY_SPOOL``.

A job is a process of its own, `manage`: it starts the elements, warns them, and ends with the last. What is known of
it lies in its folder: ``job.json``, ``throttle``, files with the states of elements, ``cancel-INDEX`` for those to end.
It is patient with elements whose time is up, so that tests on a busy machine have short limits.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SPOOL = Path(os.environ["TOY_SPOOL"])
TURN_SECONDS = 0.02
PATIENCE_SECONDS = 30.0
GRACE_SECONDS = 3.0
AGAIN = 99


def submit(script: str, after: str = "") -> None:
    text = Path(script).read_text()
    options = dict(line.split(" ", 2)[1:] for line in text.splitlines() if line.startswith("#TOY "))
    folder = new_folder()
    is_array = "indices" in options
    count = int(options["indices"].removeprefix("1-")) if is_array else 1
    job = {
        "name": options["name"],
        "is_array": is_array,
        "count": count,
        "directory": str(Path.cwd()),
        "limit": float(options.get("limit", "inf")),
        "warn": float(options["warn"]),
        "restart": options["restart"] == "yes",
        "after": [other for other in after.split(",") if other],
    }
    (folder / "script").write_text(text)
    put(folder / "throttle", options.get("at-once", "1"))
    for index in range(1, count + 1):
        put(folder / f"element-{index}", "queued")
    put(folder / "job.json", json.dumps(job))
    subprocess.Popen(
        [sys.executable, "-SE", __file__, "manage", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=(folder / "errors").open("w"),
        start_new_session=True,
    )
    print(f"welcome to Toy\nYour job {folder.name}{f'[1-{count}]' if is_array else ''} has been submitted")


def new_folder() -> Path:
    number = len(list(SPOOL.iterdir())) + 1
    while True:
        with suppress(FileExistsError):
            (SPOOL / str(number)).mkdir()
            return SPOOL / str(number)
        number += 1


def put(path: Path, text: str) -> None:
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.write_text(text)
    new.replace(path)


@dataclass
class Running:
    """An element that runs."""

    process: "subprocess.Popen[bytes]"
    began: float
    warned: bool = False
    asked: float | None = None


def manage(place: str) -> None:
    folder = Path(place)
    job = json.loads((folder / "job.json").read_text())
    running: dict[int, Running] = {}
    starts = dict.fromkeys(range(1, job["count"] + 1), 0)
    while indices := active(folder):
        may_start = not any(active(SPOOL / other) for other in job["after"])
        for index in indices:
            cancelled = (folder / f"cancel-{index}").exists()
            if index in running:
                see_to(running[index], job, cancelled=cancelled)
                if (code := running[index].process.poll()) is not None:
                    del running[index]
                    again = code == AGAIN and job["restart"] and not cancelled
                    put(folder / f"element-{index}", "queued" if again else "ended")
            elif cancelled:
                put(folder / f"element-{index}", "ended")
            elif may_start and len(running) < int((folder / "throttle").read_text()):
                starts[index] += 1
                put(folder / f"element-{index}", "running")
                running[index] = Running(start(folder, job, index, starts[index]), time.monotonic())
        time.sleep(TURN_SECONDS)


def active(folder: Path) -> list[int]:
    """The elements that wait or run."""
    return sorted(int(path.name.partition("-")[2]) for path in folder.glob("element-*") if path.read_text() != "ended")


def start(folder: Path, job: dict[str, Any], index: int, number: int) -> "subprocess.Popen[bytes]":
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TOY_") or name == "TOY_SPOOL"}
    environ |= {"TOY_JOB": folder.name, "TOY_STARTS": str(number)}
    if job["is_array"]:
        environ["TOY_INDEX"] = str(index)
    return subprocess.Popen(
        ["bash", str(folder / "script")],
        cwd=job["directory"],
        env=environ,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def see_to(element: Running, job: dict[str, Any], *, cancelled: bool) -> None:
    """Warn an element, or end it."""
    now = time.monotonic()
    age = now - element.began
    with suppress(ProcessLookupError):
        if age > job["limit"] + PATIENCE_SECONDS or (element.asked and now > element.asked + GRACE_SECONDS):
            os.killpg(element.process.pid, signal.SIGKILL)
        elif cancelled and element.asked is None:
            element.asked = now
            os.killpg(element.process.pid, signal.SIGTERM)
        elif not element.warned and age > job["limit"] - job["warn"]:
            element.warned = True
            element.process.send_signal(signal.SIGUSR1)


def show() -> None:
    for folder in SPOOL.iterdir():
        if (folder / "job.json").exists():
            job = json.loads((folder / "job.json").read_text())
            job_id = f"{folder.name}[]" if job["is_array"] else folder.name
            for path in folder.glob("element-*"):
                index = int(path.name.partition("-")[2])
                print(json.dumps([job_id, index, path.read_text(), job["name"], job["directory"]]))


def cancel(job_id: str, *indices: str) -> None:
    for index in indices or active(SPOOL / job_id):
        put(SPOOL / job_id / f"cancel-{index}", "")


def throttle(job_id: str, most: str) -> None:
    put(SPOOL / job_id / "throttle", most)


if __name__ == "__main__":
    {"submit": submit, "list": show, "cancel": cancel, "throttle": throttle, "manage": manage}[sys.argv[1]](
        *sys.argv[2:]
    )
