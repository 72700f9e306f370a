"""Slurm's commands, played by shell scripts, and what their complaints mean."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sweeprun.launchers.slurm.commands import SlurmError, explain, run_command

Fake = Callable[[str, str], None]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Makes a command of Slurm from a shell script."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")

    def make(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/bash\n{script}\n")
        (folder / name).chmod(0o755)

    return make


def test_what_it_prints_is_given_as_it_is(fake: Fake, tmp_path: Path) -> None:
    fake("squeue", r'pwd; printf "%s|" "$@" "$LC_ALL" "$MINE"; cat; printf "\xff ü\n"; echo by the way >&2')
    (tmp_path / "a ü").mkdir()
    environ = {**os.environ, "MINE": "x y", "LC_ALL": "de_DE"}
    assert run_command(["squeue", "a b", "$(c)"], cwd=tmp_path / "a ü", environ=environ) == (
        f"{tmp_path}/a ü\na b|$(c)|C|x y|\ufffd ü\n"
    )


def test_jobs_keep_the_users_locale(fake: Fake) -> None:
    fake("sbatch", 'echo "$LC_ALL"')
    assert run_command(["sbatch"], environ={**os.environ, "LC_ALL": "de_DE"}) == "de_DE\n"


def test_input_is_passed_and_need_not_be_read(fake: Fake) -> None:
    fake("sbatch", "cat")
    assert run_command(["sbatch"], input="#!/bin/bash\n# ü\n") == "#!/bin/bash\n# ü\n"
    fake("sbatch", "echo 7")
    assert run_command(["sbatch"], input="x" * 1_000_000) == "7\n"


def test_no_such_command(tmp_path: Path) -> None:
    with pytest.raises(SlurmError, match=r"no sbatch on the PATH: .* work where sbatch is.*hydra/launcher=loc") as e:
        run_command(["sbatch"], environ={"PATH": str(tmp_path)})
    assert not e.value.passing


def test_a_working_directory_that_is_gone_is_not_taken_for_the_command(fake: Fake, tmp_path: Path) -> None:
    fake("sbatch", "true")
    with pytest.raises(SlurmError, match=r"sbatch can't be run: .*gone"):
        run_command(["sbatch"], cwd=tmp_path / "gone")


def test_a_command_that_can_not_be_executed(fake: Fake, tmp_path: Path) -> None:
    fake("sbatch", "true")
    (tmp_path / "bin" / "sbatch").chmod(0o644)
    with pytest.raises(SlurmError, match=r"sbatch can't be run: .*denied"):
        run_command(["sbatch"], environ={"PATH": str(tmp_path / "bin")})


def test_a_command_that_hangs_is_killed_with_its_children(fake: Fake, tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    reader = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    fake("squeue", f"sleep 1000 >{alive} & echo what >&2; wait")
    with pytest.raises(SlurmError, match=r"squeue: no answer within 0.3 s.*busy") as e:
        run_command(["squeue"], timeout=0.3)
    assert e.value.passing
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # the end, when nobody has it open to write any more
    os.close(reader)


@pytest.mark.parametrize(
    ("said", "told", "passing"),
    [
        ("Slurm temporarily unable to accept job, sleeping and retrying", "hydra.launcher.tasks_per_job", True),
        ("s_p_parse_file: cannot stat file /x: No such file, retrying in 1sec", "set SLURM_CONF", False),
        ("something new", "(something new)", True),
    ],
)
def test_what_was_said_before_the_time_out_counts(fake: Fake, said: str, told: str, passing: bool) -> None:
    fake("sbatch", f"echo 'sbatch: error: {said}' >&2; sleep 1000")
    timeout = 0.3
    while True:  # until the shell was fast enough to say it
        with pytest.raises(SlurmError) as e:
            run_command(["sbatch"], timeout=timeout)
        if said in str(e.value) or timeout > 30:
            break
        timeout *= 2
    assert told in str(e.value)
    assert e.value.passing is passing


def test_a_failure_without_a_word(fake: Fake) -> None:
    fake("sbatch", "exit 3")
    with pytest.raises(SlurmError, match="sbatch: it ended with code 3"):
        run_command(["sbatch"])


def test_partitions_are_listed_when_one_is_unknown(fake: Fake) -> None:
    fake("sbatch", "echo 'sbatch: error: invalid partition specified: nosuch' >&2; exit 1")
    fake("sinfo", '[ "$*" = "-h -o %R" ] && printf "short\\nlong\\nlong\\n"')
    with pytest.raises(
        SlurmError, match=r"specified: nosuch; .*hydra\.launcher\.sbatch\.partition.*; there are long, short$"
    ):
        run_command(["sbatch"])
    fake("sinfo", "exit 1")
    with pytest.raises(SlurmError, match="specified: nosuch; "):
        run_command(["sbatch"])


def test_a_job_that_slurm_does_not_know(fake: Fake) -> None:
    fake("squeue", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1")
    with pytest.raises(SlurmError, match="squeue: Invalid job id specified; ") as e:
        run_command(["squeue", "-j", "7"])
    assert e.value.unknown_job
    assert not e.value.passing


FAILED = "sbatch: error: Batch job submission failed: "


@pytest.mark.parametrize(
    "stderr",
    [
        FAILED + "Unable to contact slurm controller (connect failure)",
        "slurm_load_jobs error: Unable to contact slurm controller (connect failure)",
        "scancel: error: Kill job error on job id 1: Unable to contact slurm controller (connect failure)",
        FAILED + "Socket timed out on send/recv operation",
        "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying",
        "sbatch: error: Job 7: Slurm job queue full, sleeping and retrying",
        "sbatch: error: Job creation temporarily disabled, retrying",
        FAILED + "Unable to create job record, try again",
        FAILED + "Slurm backup controller in standby mode",
        FAILED + "Zero Bytes were transmitted or received",
        'sbatch: error: Munge encode failed: Failed to access "m"\n' + FAILED + "Protocol authentication error",
        "Job can not be altered now, try again later for job 7",
        "slurm_load_jobs error: Unable to establish control machine address",
    ],
)
def test_what_may_pass(stderr: str) -> None:
    message, passing = explain("sbatch", stderr)
    assert passing
    assert "\n" not in message


@pytest.mark.parametrize(
    ("stderr", "told"),
    [
        (FAILED + "Requested node configuration is not available", "no node here.*hydra.launcher.cpus_per_task"),
        ("allocation failure: Requested node configuration is not available", "sbatch: Requested node conf.*no node"),
        (FAILED + "More processors requested than permitted", "fewer CPUs"),
        (FAILED + "Invalid account or account/partition combination specified", "sbatch.account.*sacctmgr"),
        (FAILED + "Invalid qos specification", "sbatch.qos.*sacctmgr"),
        (
            FAILED + "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
            "hydra.launcher.tasks_per_job.*`sweeprun resume`",
        ),
        (
            "sbatch: error: QOSMaxSubmitJobPerUserLimit\n" + FAILED + "Job violates accounting/QOS policy (x)",
            "QOSMaxSubmitJobPerUserLimit; Job violates.*tasks_per_job",
        ),
        (FAILED + "Requested time limit is invalid (missing or exceeds some limit)", "sbatch.time"),
        (FAILED + "Requested partition configuration not available now", "sbatch.partition or hydra"),
        (FAILED + "Invalid job array specification", "MaxArraySize.*hydra.launcher.tasks_per_job"),
        (FAILED + "Memory specification can not be satisfied", "sbatch.mem"),
        (FAILED + "Invalid feature specification", "sbatch.constraint"),
        (FAILED + "Invalid preferred feature specification", "sbatch.constraint"),
        ("sbatch: error: Invalid generic resource (gres) specification", "sbatch.gres"),
        ("sbatch: error: Invalid --mem specification", r"can't read the value of hydra\.launcher\.sbatch\.mem$"),
        ("sbatch: error: invalid --profile=foo option", r"hydra\.launcher\.sbatch\.profile$"),
        ('sbatch: error: unrecognized --hint argument "x", see --hint=help', r"hydra\.launcher\.sbatch\.hint$"),
        (
            "sbatch: unrecognized option '--prefer=x'\nTry \"sbatch --help\" for more information",
            r"option '--prefer=x'; this Slurm is older .* hydra\.launcher\.sbatch\.prefer$",
        ),
        (FAILED + "Access/permission denied", "another user's"),
        (FAILED + "User's group not permitted to use this partition", "sbatch.partition"),
        (FAILED + "No partition specified or system default partition", "sbatch.partition"),
        (FAILED + "Pathname of a file, directory or other parameter too long", "1,023"),
        ("695_0: Requested operation is presently disabled", "requeues=0"),
        ("Slurm accounting storage is disabled", "keeps no accounts"),
        ("'foo' can't be reached now, or it is an invalid entry for --cluster.", "unset SLURM_CLUSTERS"),
        ("Job is no longer pending execution for job 7", "^sbatch: Job is no longer pending execution for job 7$"),
        ("", "^sbatch: it failed, and did not say why$"),
    ],
)
def test_what_will_not_pass_says_what_to_do(stderr: str, told: str) -> None:
    message, passing = explain("sbatch", stderr)
    assert not passing
    assert "\n" not in message
    with pytest.raises(SlurmError, match=told):
        raise SlurmError(message)


def test_a_sites_own_words_are_kept_and_its_banner_is_not() -> None:
    stderr = f"-> Checking your quota ... OK\nsbatch: error: Say --account, please.\n{FAILED}Unspecified error\n"
    assert explain("sbatch", stderr) == ("sbatch: Say --account, please; Unspecified error", False)
