"""A storm: disturbances at random instants, and what must hold after each of them."""

import json
import os
import random
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import xarray as xr

from sweeprun.launchers.activity import activity_of
from sweeprun.results.failures import failures_of
from sweeprun.store.directory import RunDirectory
from sweeprun.store.shards import read_shard
from sweeprun.store.snapshot import take_snapshot
from tests.storm.damage import SHARD_DAMAGES, damage_in_place, garble, is_whole
from tests.storm.disks import Disk
from tests.storm.faults import failing
from tests.storm.network import Network
from tests.storm.processes import PATIENCE, Command, Processes
from tests.storm.sweeps import SWEEP, TASKS, WORKERS, assert_part_of, assert_same, collected, command

SHORTEST_LIMIT, LIMIT_EACH = 300.0, 10.0
"""Seconds after which a storm is given up, at least and for each disturbance: it should have been over long ago."""

CHECKED_EACH = 3
"""After each disturbance it is looked whether a result is gone; after each third one, all commands that read run."""

ENDINGS = {signal.SIGKILL: (-9,), signal.SIGTERM: (130, -15), signal.SIGINT: (130, -2), signal.SIGHUP: (130, -1)}
"""How a launcher may end that is sent a signal: before it is ready for them, as any process does."""


@dataclass
class Storm:
    """Sweeps that are disturbed, one after the other, until the storm is over; each comes to its right end.

    Attributes
    ----------
    folder
        Where runs are made.
    expected
        What an undisturbed run comes to.
    chance
        What everything random is drawn from.
    network
        Lets calls about the runs fail.
    disk
        What the runs lie on, if it can be filled and made read-only.
    """

    folder: Path
    output: Path
    processes: Processes
    expected: xr.Dataset
    chance: random.Random
    network: Network
    disk: Disk | None = None
    log: list[str] = field(default_factory=list)
    runs: int = 0
    endings: list[int] = field(default_factory=list)
    """How launchers ended that nobody stopped."""
    launcher: Command | None = None
    run: Path = Path()
    known: dict[int, str] = field(default_factory=dict)
    damaged: dict[str, bool] = field(default_factory=dict)
    """Shard -> whether its damage must be seen."""

    def rage(self, kinds: Sequence[str], count: int) -> None:
        """Disturb so many times, and let every run come to its end.

        Parameters
        ----------
        kinds
            Names of methods of this class, drawn from at random: each disturbs once and says what it did.
        count
            How many disturbances.
        """
        deadline = time.monotonic() + max(SHORTEST_LIMIT, LIMIT_EACH * count)
        done = 0
        try:
            self._begin_run()
            while done < count:
                assert time.monotonic() < deadline, "this takes too long"
                if not self._await_an_instant():
                    continue
                did = getattr(self, self.chance.choice(kinds))()
                if did:
                    done += 1
                    self.log.append(f"{done}. {self.run.name}, after {len(self.known)} results: {did}")
                    if done % CHECKED_EACH == 0:
                        self.check()
                    else:
                        self._look()
            self._finish_run()
        except BaseException as error:
            error.add_note("the storm:\n" + "\n".join(self.log))
            raise

    # What happens

    def kill_worker(self) -> str:
        """``kill -9`` of a worker."""
        workers = self.processes.workers()
        if not workers:
            return ""
        victim = self.chance.choice(workers)
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        return f"kill -9 of worker {victim}"

    def kill_workers(self) -> str:
        """``kill -9`` of all workers at once."""
        workers = self.processes.workers()
        for victim in workers:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        return f"kill -9 of all workers: {workers}" if workers else ""

    def stop_worker(self) -> str:
        """A worker hangs for a while; then it goes on, or dies."""
        workers = self.processes.workers()
        if not workers:
            return ""
        victim = self.chance.choice(workers)
        end = self.chance.choice((signal.SIGCONT, signal.SIGKILL))
        try:
            os.kill(victim, signal.SIGSTOP)
            self._await_progress(self.chance.randint(1, 3), limit=1.0)
            self.check()
        finally:
            with suppress(ProcessLookupError):
                os.kill(victim, end)
        return f"SIGSTOP of worker {victim}, then {end.name}"

    def worker_hiccups(self) -> str:
        """One system call of a worker fails, or several in a row."""
        workers = self.processes.workers()
        if not workers:
            return ""
        victim = self.chance.choice(workers)
        call = self.chance.choice(("fsync", "fsync", "pwrite64", "pwrite64", "write", "unlink", "ftruncate"))
        error = self.chance.choice(("EIO", "ESTALE", "EAGAIN", "EDQUOT"))
        when = self.chance.choice(("1", "2", "1..3"))
        with failing(victim, call, error, when) as traced:
            self._await_progress(self.chance.randint(1, 5), limit=1.0)
        return f"{error} from {call} ({when}) of worker {victim}" if traced else ""

    def kill_launcher(self) -> str:
        """``kill -9`` of the launcher: its workers end by themselves, before or while the run goes on."""
        wait = self.chance.random() < 0.5
        if not self._end_launcher(signal.SIGKILL):
            return ""
        if wait:
            self.processes.await_no_workers()
        return f"kill -9 of the launcher; resumed {'when its workers have ended' if wait else 'at once'}"

    def stop_launcher(self) -> str:
        """Ctrl-C, a polite kill, or a terminal that is closed: all of it ends in order."""
        number = self.chance.choice((signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
        if not self._end_launcher(number):
            return ""
        self.processes.await_no_workers()
        return f"{number.name} to the launcher"

    def damage_shard(self) -> str:
        """A shard is damaged, which a worker may be writing."""
        shards = [path for path in sorted(RunDirectory(self.run).shards.glob("*.arrow")) if path.stat().st_size]
        if not shards:
            return ""
        self._look()  # what is in it now is known, so that it is known to be lost
        path = self.chance.choice(shards)
        name = self.chance.choice(sorted(SHARD_DAMAGES))
        where = damage_in_place(path, SHARD_DAMAGES[name], self.chance)
        visible = not (name == "cut" and is_whole(path.read_bytes()))
        self.damaged[path.name] = self.damaged.get(path.name, True) and visible
        return f"{name} of {path.name} at {where}"

    def damage_note(self) -> str:
        """A beat, or what a launcher noted of dead workers, is something else."""
        folder = RunDirectory(self.run).workers
        notes = [path for path in sorted(folder.iterdir()) if path.is_file()] if folder.is_dir() else []
        if not notes:
            return ""
        path = self.chance.choice(notes)
        try:
            content = garble(path.read_bytes(), self.chance)
            with path.open("r+b") as file:  # not made again, if it is gone by now
                file.truncate()
                file.write(content)
        except FileNotFoundError:
            return ""
        return f"{path.name} became {content[:40]!r}"

    def leave_files(self) -> str:
        """What a crash in the middle of making a file leaves behind."""
        run = RunDirectory(self.run)
        folder = self.chance.choice((run.path, run.shards, run.workers, run.submissions, run.logs))
        name = self.chance.choice((".0.json.0a1b2c3d.tmp", ".manifest.json.0.tmp", ".x.arrow.tmp", "y.arrow.tmp"))
        if not folder.is_dir():  # the launcher is only starting
            return ""
        (folder / name).write_bytes(self.chance.randbytes(self.chance.choice((0, 100))))
        return f"{name} left in {folder.name}"

    def fill_disk(self) -> str:
        """The disk is full until the launcher gives up, or for a moment."""
        assert self.disk is not None
        with self.disk.full(spare=self.chance.choice((0, 0, 5000, 20000))):
            if self.chance.random() < 0.5:
                self._await_progress(10, limit=0.5)
            else:
                self._await_end()
            self.check()
        return "the disk was full"

    def protect_disk(self) -> str:
        """The file system becomes read-only, which kills what writes; nothing can be started, and all can be read."""
        assert self.disk is not None
        self.kill_workers()
        deadline = time.monotonic() + PATIENCE
        while not self.disk.protect():  # somebody writes
            assert time.monotonic() < deadline
            self.kill_workers()
        try:
            code = self._await_end()
            assert code in (0, 1, 2), self.launcher_text()
            self.check()
            told = self.processes.run("resume", str(self.run))
            assert told.wait() in ((0,) if len(self.known) == TASKS else (1, 2)), told.text
        finally:
            self.disk.protect(on=False)
        return "the file system was read-only"

    def trouble_network(self) -> str:
        """Calls about files of the run fail now and then, for a moment or until the launcher gives up."""
        errors = self.chance.sample(("ESTALE", "EIO", "EAGAIN", "EDQUOT"), self.chance.randint(1, 4))
        rate, delay = self.chance.choice((0.002, 0.01, 0.05)), self.chance.choice((0.0, 0.2))
        assert self.launcher is not None
        with self.network.troubled(errors, rate=rate, delay=delay):
            if self.chance.random() < 0.2:
                told = self.processes.run("status", str(self.run))
                assert told.wait() in (0, 2), told.text
            if self.chance.random() < 0.7:
                self._await_progress(10, limit=1.0)
            else:
                self._await_end()
            self.check()
        end = "gave up" if self.launcher.has_ended and self.launcher.wait() else "went on"
        return f"{', '.join(errors)} at {rate:g} of all calls, files seen after {delay:g} s; the launcher {end}"

    # What must hold

    def check(self) -> None:
        """Nothing known is lost unless it was damaged, nothing is wrong, and what looks at a run works."""
        if not self._exists():
            return
        self._look()
        told = command("status", str(self.run))
        assert told.code == 0, told
        dataset, _ = collected(self.run, self.output)
        assert_part_of(dataset, self.expected)

    def _look(self) -> None:
        """Learn which tasks have results; none may have lost it."""
        run = RunDirectory(self.run)
        if not self._exists():
            return
        snapshot = take_snapshot(run, activity_of(run))
        now = {
            int(task): snapshot.shards[snapshot.best.shard[task]].path.name
            for task in np.flatnonzero(snapshot.best.outcome == 1)
        }
        assert not (snapshot.best.outcome == 0).any(), f"no task fails by itself: {failures_of(snapshot)}"
        lost = {task: shard for task, shard in self.known.items() if task not in now}
        assert set(lost.values()) <= set(self.damaged), f"results are gone that nobody damaged: {lost}"
        self.known = now

    def _check_reports(self) -> None:
        """What was damaged is named by the command that would use it, now that nobody writes."""
        _, told = collected(self.run, self.output)
        damaged = json.loads(told.out)["damaged"]
        named = {item["file"] for item in (*damaged["unreadable"], *damaged["corrupt"])}
        for name, visible in self.damaged.items():
            contents = read_shard(RunDirectory(self.run).shards / name)
            harmed = contents.torn is not None or any(not batch.sound().all() for batch in contents.batches)
            assert not visible or harmed == (name in named), told

    # Its course

    def _begin_run(self) -> None:
        self.runs += 1
        self.run = self.folder / f"run {self.runs}"
        self.known, self.damaged = {}, {}
        self.launcher = self.processes.start(
            *SWEEP, f"hydra.launcher.throttle={WORKERS}", f"hydra.sweep.dir='{self.run}'"
        )

    def _finish_run(self) -> None:
        """Undisturbed, it is complete after a resumption or two, and right to the last bit."""
        self._await_end()
        self.processes.await_no_workers()
        if not self._exists():
            return
        self._check_reports()
        for _ in range(3):
            if (self.processes.run("resume", str(self.run), pace=0.0)).wait() == 0:
                break
        dataset, _ = collected(self.run, self.output)
        assert_same(dataset, self.expected)

    def _await_an_instant(self) -> bool:
        """Wait for a random instant of a launch, and see to it that one is going on."""
        if not self._await_progress(self.chance.choice((0, 1, 1, 2, 5)), limit=2.0):
            self._go_on()
            return False
        time.sleep(self.chance.random() * 0.03)
        return True

    def _go_on(self) -> None:
        """The launcher has ended: resume, or begin another run if this one is complete."""
        assert self.launcher is not None
        code = self.launcher.wait()
        self.endings.append(code)
        if not self._exists():
            told = command("status", str(self.run))
            assert told.code == 2, told
            self._begin_run()
            return
        self._look()
        if len(self.known) == TASKS:
            self._finish_run()
            self._begin_run()
            return
        assert code in (0, 1, 2, 130, -9, -15, -1, -2), self.launcher.text
        self.launcher = self.processes.start("resume", str(self.run))

    def _await_progress(self, changes: int, limit: float) -> bool:
        """Wait until something has happened so many times, or for a while; False if the launcher has ended."""
        assert self.launcher is not None
        deadline = time.monotonic() + limit
        seen = self._sizes()
        while changes and time.monotonic() < deadline and not self.launcher.has_ended:
            time.sleep(0.003)
            if (now := self._sizes()) != seen:
                seen, changes = now, changes - 1
        return not self.launcher.has_ended

    def _sizes(self) -> int:
        """The bytes that were recorded."""
        return sum(path.stat().st_size for path in RunDirectory(self.run).shards.glob("*.arrow"))

    def _exists(self) -> bool:
        return RunDirectory(self.run).manifest.exists()

    def _end_launcher(self, number: signal.Signals) -> bool:
        assert self.launcher is not None
        if self.launcher.has_ended:
            return False
        self.launcher.signal(number)
        code = self.launcher.wait()
        assert code in (*ENDINGS[number], 0, 1), self.launcher.text
        return True

    def _await_end(self) -> int:
        assert self.launcher is not None
        return self.launcher.wait()

    def launcher_text(self) -> str:
        assert self.launcher is not None
        return self.launcher.text
