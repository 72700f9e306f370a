"""What Slurm's complaints mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.launchers.slurm.error_hints import known_complaint


@pytest.mark.parametrize(
    ("said", "told", "passing"),
    [
        ("Communication connection failure", "too busy to answer", True),
        ("Message receive failure", "too busy to answer", True),
        ("Header lengths are longer than data received", "too busy to answer", True),
        ("Connection refused", "too busy to answer", True),
        ("getaddrinfo() failed: Name or service not known", "`scontrol ping`", True),
        ("Job can not be altered now, try again in a bit", "asks to be called again", True),
        ("Could not establish a configuration source", "set SLURM_CONF", False),
        ("Unable to process configuration file", "no configuration of Slurm", False),
        ("Invalid time-min specification", "hydra.launcher.sbatch.time", False),
        ("Required partition not available (inactive or drain)", "hydra.launcher.sbatch.partition", False),
        ("Memory required by task is not available", "hydra.launcher.sbatch.mem", False),
        ("Node count specification invalid", "fewer CPUs", False),
        ("Invalid Trackable RESource (TRES) specification", "hydra.launcher.sbatch.gres", False),
        ("Requeue is disabled", "hydra.launcher.requeues=0", False),
        ("Invalid user id", "another user's", False),
        ("Invalid job id specified", "has forgotten it", False),
    ],
)
def test_a_known_wording_comes_with_advice(said: str, told: str, passing: bool) -> None:
    for text in (said, said.lower(), f"sbatch: error: {said}\nsbatch: error: ünknown\n"):
        known = known_complaint(text)
        assert known is not None
        advice, passes = known
        assert told in advice
        assert passes is passing


@pytest.mark.parametrize("said", ["", "sbatch: error: Unspecified error", "Submitted batch job 7", "{name} {0}"])
def test_an_unknown_wording_has_no_advice(said: str) -> None:
    assert known_complaint(said) is None


def test_what_passes_counts_before_general_remarks_that_follow_it() -> None:
    stderr = (
        "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying.\n"
        "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy"
    )
    known = known_complaint(stderr)
    assert known is not None
    assert known[1]


@given(st.lists(st.sampled_from(["mem", "per", "cpu", "gres", "x"]), min_size=1, max_size=4).map("-".join))
def test_the_option_that_slurm_refuses_is_named_as_it_is_set(option: str) -> None:
    for said in (f"invalid --{option} specification", f'unrecognized --{option} argument "x"'):
        assert known_complaint(said) == (f"sbatch can't read the value of hydra.launcher.sbatch.{option}", False)
    known = known_complaint(f"sbatch: unrecognized option '--{option}=7'")
    assert known is not None
    assert known[0].endswith(f"leave out hydra.launcher.sbatch.{option}")


@given(st.text())
def test_whatever_slurm_says_is_read(said: str) -> None:
    for text in (said, f"invalid --mem{said}", f"unrecognized option '--{said}"):
        known = known_complaint(text)
        assert known is None or "{name}" not in known[0]
