"""The limits of a site."""

from pathlib import Path

import pytest

from sweeprun.errors import UsageError
from sweeprun.launchers.slurm.site import Site, assumed_site, nodes_to_wait_for, parse_site, read_site

CONFIG = """\
Configuration data as of 2026-11-23T01:31:15
AccountingStorageHost   = localhost
MaxArraySize            = 4001
MaxDBDMsgs              = 20012
MaxJobCount             = 23003
SchedulerParameters     = sched_interval=1,max_array_tasks=500,bf_max_job_array_resv=100
SLURM_VERSION           = 22.05.8

Slurmctld(primary) at vm is UP
"""


def test_limits_are_read() -> None:
    site = parse_site(CONFIG)
    assert site == Site(max_array_size=4001, max_job_count=23003, max_array_tasks=500)
    assert site.max_elements == 500


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no settings = at all\n====\n",
        "MaxArraySize = (null)\nMaxJobCount = n/a\nSchedulerParameters = (null)\n",
        "MaxArraySize = -5\nMaxJobCount =\nSchedulerParameters = max_array_tasks,max_array_tasks_=4\n",
        "MaxArraySize = ²\nMaxJobCount = 0\nSchedulerParameters = max_array_tasks=many\n",
    ],
)
def test_what_is_missing_or_odd_is_slurms_default(text: str) -> None:
    assert parse_site(text) == assumed_site() == Site(max_array_size=1001, max_job_count=10_000)


@pytest.mark.parametrize(
    ("site", "elements"),
    [
        (Site(), 1001),
        (Site(max_array_size=1), 1),
        (Site(max_array_tasks=10), 10),
        (Site(max_array_size=100_000), 9_999),
        (Site(max_array_size=100_000, max_job_count=None), 100_000),
        (Site(max_job_count=1), 1),
    ],
)
def test_elements_of_one_array(site: Site, elements: int) -> None:
    assert site.max_elements == elements


def test_a_site_without_arrays_is_refused() -> None:
    with pytest.raises(UsageError, match="switched off at this site"):
        parse_site("MaxArraySize = 0\n")


def test_slurm_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text(CONFIG)
    command = tmp_path / "scontrol"
    command.write_text(f'#!/bin/sh\n[ "$*" = "show config" ] && exec cat "{tmp_path}/config"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert read_site().max_array_size == 4001


NODES = """\
n1|main|8|8192|up|idle
n2|main|8|8192|up|drained
n3|main|64|512000|up|down*
n3|big|64|512000|up|down*
n4|night|8|8192|inact|idle
nonsense
"""


@pytest.mark.parametrize(
    ("options", "cpus", "nodes"),
    [
        ({}, 1, ["n2", "n3", "n4"]),
        ({"partition": "main"}, 1, ["n2", "n3"]),
        ({"partition": "big,night"}, 8, ["n3", "n4"]),
        ({"partition": "night"}, 9, []),
        ({"mem": "100G"}, 1, ["n3"]),
        ({"mem-per-cpu": "8000M"}, 2, ["n3"]),
        ({"mem": "9000"}, 65, []),
        ({"mem": "1T"}, 1, []),
        ({"mem": "0", "exclusive": None}, 8, ["n2", "n3", "n4"]),
    ],
)
def test_a_job_may_wait_for_nodes_that_could_run_it(
    options: dict[str, str | None], cpus: int, nodes: list[str]
) -> None:
    assert nodes_to_wait_for(NODES, options, cpus) == nodes
