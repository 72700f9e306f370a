"""The job script: pure, readable, and safe with whatever it is given."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.arrays.scheduler import INDEX, JobRequest
from sweeprun.launchers.arrays.script import quote, render_script
from tests.launchers.arrays.listing import Listing

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(texts)
@example("$(touch x) `touch x` ' \" \\ \n \r \t \x1b \x7f ü 😀 ~ * ?")
@example("\\'\n")
@example("")
def test_bash_reads_a_quoted_text_as_it_was(text: str) -> None:
    assert "\n" not in quote(text)
    done = subprocess.run(["bash", "-c", f"printf %s {quote(text)}"], capture_output=True, check=True)
    assert done.stdout == text.encode()


def test_bytes_that_are_no_text_stay_as_they_were() -> None:
    path = b"caf\xe9 \n".decode(errors="surrogateescape")
    done = subprocess.run(["bash", "-c", f"printf %s {quote(path)}"], capture_output=True, check=True)
    assert done.stdout == b"caf\xe9 \n"


def rendered(run: str = "/runs/it's one") -> str:
    request = JobRequest(
        run=Path(run),
        script="submissions/0.sh",
        log=f"logs/0.{INDEX}.log",
        title="sweeprun-one",
        token="abc",
        array=Array(tasks=TaskIds.first(4), throttle=2),
        cpus_per_worker=3,
        requeues=True,
        warning_seconds=120,
    )
    return render_script(
        Listing(),
        request,
        cwd=Path("/home/my study"),
        variables={"MINE": "$(x)\ny", "SECRET": "${oc.env:SECRET}"},
        setup=["module load gcc"],
        command=["/env/bin/python", "-m", "sweeprun", "element", run, "0"],
    )


def test_it_reads_as_a_person_would_write_it() -> None:
    lines = rendered().splitlines()
    assert lines[0] == "#!/bin/bash"
    assert lines[1] == "#GIVE 4: sweeprun-one"
    assert "#   cd '/runs/it'\"'\"'s one' && give submissions/0.sh" in lines
    assert (
        lines.index("exec >>logs/0.7.log")
        == lines.index(
            "trap '' USR1 # the warning before the time limit is for the process that takes this one's place"
        )
        - 1
    )
    assert "cd -- '/home/my study' || exit 1" in lines
    assert "export OMP_NUM_THREADS=$CPUS" in lines
    assert "export GIVEN_CPUS=$CPUS" in lines
    assert "export MINE=$'$(x)\\U0000000ay'" in lines
    assert "# SECRET is set in the environment of give" in lines
    assert lines[lines.index("exec >>logs/0.7.log") + 1].startswith("trap '' USR1 #")
    assert "cd -- '/home/my study' || exit 1" in lines
    assert "export OMP_NUM_THREADS=$CPUS" in lines
    assert "export GIVEN_CPUS=$CPUS" in lines
    assert "export MINE=$'$(x)\\U0000000ay'" in lines
    assert "# SECRET is set in the environment of give" in lines
    assert lines.index("module load gcc") == len(lines) - 2
    assert lines[-1] == "exec /env/bin/python -m sweeprun element '/runs/it'\"'\"'s one' 0"
    assert rendered() == rendered()


@pytest.mark.parametrize("run", ["/a\nrm -rf b", "/a\r#GIVE more", "/a'$(b)"])
def test_no_path_breaks_out_of_its_comment(run: str) -> None:
    script = rendered(run)
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    assert len([line for line in script.splitlines() if line.startswith("#GIVE")]) == 1
    assert not any(line.startswith(("rm", "b")) for line in script.splitlines())
