"""The job script: pure, readable, and safe with whatever it is given."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sweeprun.launchers.slurm.script import log_lines, quote, render_script

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
    return render_script(
        run=Path(run),
        name="submissions/0.sh",
        log="logs/0.%a.log",
        cwd=Path("/home/my study"),
        options={"array": "0-39%10", "requeue": None, "time": "4:00:00"},
        variables={"MINE": "$(x)\ny"},
        setup=["module load gcc"],
        command=["/env/bin/python", "-m", "sweeprun", "element", run, "0"],
    )


def test_it_reads_as_a_person_would_write_it() -> None:
    lines = rendered().splitlines()
    assert lines[0] == "#!/bin/bash"
    assert {line.replace('"', "") for line in lines if line.startswith("#SBATCH")} == {
        "#SBATCH --array=0-39%10",
        "#SBATCH --requeue",
        "#SBATCH --time=4:00:00",
        "#SBATCH --output=logs/0.%a.log",
        "#SBATCH --open-mode=append",
    }
    assert "#   cd '/runs/it'\"'\"'s one' && sbatch submissions/0.sh" in lines
    assert "cd -- '/home/my study' || exit 1" in lines
    assert 'export OMP_NUM_THREADS="${SLURM_CPUS_PER_TASK:-1}"' in lines
    assert "export MINE=$'$(x)\\U0000000ay'" in lines
    assert lines.index("module load gcc") == len(lines) - 2
    assert lines[-1] == "exec /env/bin/python -m sweeprun element '/runs/it'\"'\"'s one' 0"
    assert rendered() == rendered()


@pytest.mark.parametrize("run", ["/a\nrm -rf b", "/a\r#SBATCH --array=1", "/a'$(b)"])
def test_no_path_breaks_out_of_its_comment(run: str) -> None:
    script = rendered(run)
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    directives = [line for line in script.splitlines() if line.startswith("#SBATCH")]
    assert len(directives) == 5
    assert not any(line.startswith(("rm", "b")) for line in script.splitlines())


@pytest.mark.parametrize("run", ["/a%b", "/a\\b", "/a%%\n'x'"])
def test_where_slurm_would_expand_the_path_the_script_redirects_itself(run: str, tmp_path: Path) -> None:
    directives, lines = log_lines(Path(f"{tmp_path}{run}"), "logs/0.%a.log")
    assert "/dev/null" in directives[0]
    (tmp_path / run.lstrip("/") / "logs").mkdir(parents=True)
    script = "\n".join([*lines, "echo hello"])
    subprocess.run(["bash", "-c", script], env={"SLURM_ARRAY_TASK_ID": "7"}, check=True)
    assert (tmp_path / run.lstrip("/") / "logs" / "0.7.log").read_text() == "hello\n"
