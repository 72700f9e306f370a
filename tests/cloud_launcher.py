"""A launcher of another package, installed in a folder as pip does it; it runs what it is given on this machine."""

from pathlib import Path

import pytest

from tests.installed_launcher import install_launcher, use_launcher

_MODULE = '''
"""Workers in a cloud, or so it says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from sweeprun.launchers.capabilities import Capabilities
from sweeprun.launchers.local import LocalLauncher
from sweeprun.store.activity import Activity, TaskAtWork

if TYPE_CHECKING:
    from sweeprun.design.task_ids import TaskIds


@dataclass(frozen=True, kw_only=True)
class CloudLauncher:
    capabilities: ClassVar = Capabilities(submission_text="machines {jobs}")

    throttle: int = 2
    tasks_per_job: int = 1
    memory: int | None = 4
    region: str = "eu"
    labels: Mapping[str, str] = field(default_factory=dict)
    zones: Sequence[int] = (1, 2)
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_foreground(self):
        return True

    @property
    def _local(self):
        told = {"CLOUD_OPTIONS": json.dumps({"memory": self.memory, "region": self.region})}
        return LocalLauncher(
            throttle=self.throttle, tasks_per_job=self.tasks_per_job, variables={**self.variables, **told}
        )

    def to_dict(self):
        return {"name": "cloud", **asdict(self)}

    def check(self, progress):
        pass

    def array(self, tasks: TaskIds, throttle=None):
        return self._local.array(tasks, throttle)

    def script(self, run, submission):
        return None

    def launch(self, run, submissions, progress):
        assert all(json.dumps(one.launcher) == json.dumps(self.to_dict()) for one in submissions)
        self._local.launch(run, submissions, progress)

    def activity(self, run, submissions):
        known = run.path / "cloud.json"
        running = tuple(TaskAtWork(**own) for own in json.loads(known.read_text())) if known.exists() else ()
        return replace(self._local.activity(run, submissions), running=running)

    def cancel(self, run, submissions, elements):
        self._local.cancel(run, submissions, elements)

    def set_throttle(self, run, submissions, throttle):
        self._local.set_throttle(run, submissions, throttle)
'''


def install(folder: Path) -> Path:
    """Make a folder for ``sys.path`` in which the launcher ``cloud`` is installed."""
    install_launcher(folder, "cloudrun", "cloud", "cloudrun:CloudLauncher")
    (folder / "cloudrun.py").write_text(_MODULE)
    return folder


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The launcher ``cloud``, installed for this process and for those that it starts."""
    site = install(tmp_path / "site")
    use_launcher(site, "cloudrun", monkeypatch)
    return site
