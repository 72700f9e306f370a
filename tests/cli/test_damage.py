"""What the command line says of damaged records, and how they are run again."""

from pathlib import Path

import xarray as xr

from sweeprun.store.finding import newest_run
from tests.command_line import Run


def test_damage_costs_what_it_hit_is_reported_and_is_run_again(run: Run, study: Path) -> None:
    run("-m", "seed=range(6)", "hydra.launcher.throttle=2")
    assert "left out" not in run("collect").stderr
    directory = newest_run(study / "multirun")
    first, *_ = sorted(directory.shards.glob("*.arrow"))
    content = bytearray(first.read_bytes())
    content[-200:-150] = bytes(50)
    first.write_bytes(content)
    (directory.shards / "z.arrow").write_bytes(b"\xff" * 100)
    said = run("collect").stderr
    assert "z.arrow: bytes 0-99 of its 100 can't be read" in said
    assert f"sweeprun resume {directory.shown()}" in said or "sweeprun resume multirun" in said
    with xr.open_dataset(study / "results.nc") as dataset:
        missing = int((dataset.state != "succeeded").sum())
    assert 1 <= missing < 6
    run("resume")
    run("collect")
    with xr.open_dataset(study / "results.nc") as dataset:
        assert (dataset.state == "succeeded").all()


def test_a_sweep_that_nobody_could_look_at_is_not_started(run: Run, study: Path) -> None:
    said = run("-m", "seed=range(1000000000)", code=2).stderr
    assert "a sweep of 1000000000 tasks is too large: a run has at most 100000000" in said
    assert not (study / "multirun").exists()
    assert "tasks: 1000000000" in run("plan", "-m", "seed=range(1000000000)").stdout
