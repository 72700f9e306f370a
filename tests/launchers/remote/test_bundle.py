"""What a worker needs of a run where there is no run directory."""

from pathlib import Path

from sweeprun.launchers.remote.bundle import bundle
from tests.results.runs import count_axis, make_run, success, write_shard


def test_what_was_frozen_goes_along_and_what_was_recorded_does_not(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a rün", count_axis("seed", 3))
    write_shard(run, "w", [success(0, 1.0)])
    (run.path / "0").mkdir()
    (run.path / "0" / "large.bin").touch()
    frozen = {"configs.pickle": b"c", "submissions/1.json": b"1", "functions/4f1c.pickle": b"f", "code/ab.json": b"{}"}
    others = {"submissions/0.json": b"0", "code/ab.patch": b"p", "function.py": b"source", "results.nc": b"r"}
    for name, content in {**frozen, **others}.items():
        (run.path / name).parent.mkdir(exist_ok=True)
        (run.path / name).write_bytes(content)
    pieces = {piece.name: piece.content for piece in bundle(run, 1)}
    assert pieces.pop("manifest.json") == run.manifest.read_bytes()
    assert pieces.pop("config.yaml") == run.config.read_bytes()
    assert pieces == frozen
