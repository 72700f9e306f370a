"""Where a run stands, in lines; tests/cli/test_status.py has more of them."""

from pathlib import Path

from sweeprun.display.status import status_lines
from sweeprun.runs.observe import observe
from sweeprun.runs.status import status_of
from sweeprun.wording import PYTHON, speaking
from tests.results.runs import count_axis, make_run, success, write_shard


def test_what_is_left_to_do_is_said_in_words_of_the_door(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    write_shard(run, "w", [success(0, 1)])
    status = status_of(observe(run))
    told = [
        str(run.path),
        "started 2026-05-04T10:11:12+00:00: sweeprun",
        "3 tasks: 2 pending, 1 succeeded",
        "2 tasks have no result and are in no queue; go on with: ",
    ]
    assert status_lines(status) == [*told[:3], f"{told[3]}sweeprun resume {run.shown()}"]
    with speaking(PYTHON):
        assert status_lines(status) == [*told[:3], f"{told[3]}run.resume()"]


def test_a_command_line_forges_no_line(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 1))
    run.manifest.write_text(run.manifest.read_text().replace('"sweeprun"\n', '"a\\nb\\u001b[2J"\n'))
    assert all("\n" not in line and "\x1b" not in line for line in status_lines(status_of(observe(run))))
