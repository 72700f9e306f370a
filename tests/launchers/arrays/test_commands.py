"""The programs of a scheduler, played by shell scripts; what goes wrong, and what is tried again."""

import os
import re
from pathlib import Path

import pytest

from sweeprun.launchers.arrays.commands import SchedulerError, call, cannot_start, complaints_in, with_retries


def bash(script: str, **options: object) -> tuple[int | None, str, str]:
    answer = call(["bash", "-c", script], **{"timeout": 30, **options})  # type: ignore[arg-type]
    return answer.code, answer.output, answer.errors


def test_what_a_program_says_is_given_as_it_is(tmp_path: Path) -> None:
    script = r'pwd; printf "%s|" "$MINE"; cat; printf "\xff ü\n"; echo by the way >&2; exit 3'
    environ = {**os.environ, "MINE": "x y"}
    said = f"{tmp_path}\nx y|in\n\ufffd ü\n"
    assert bash(script, cwd=tmp_path, environ=environ, input="in\n") == (3, said, "by the way\n")


def test_input_need_not_be_given_or_read() -> None:
    assert bash("cat") == (0, "", "")
    assert bash("echo 7", input="x" * 1_000_000) == (0, "7\n", "")


def test_much_output_on_both_sides() -> None:
    text = "x" * 1_000_000
    assert bash("head -c 1000000 /dev/zero | tr '\\0' x | tee /dev/stderr") == (0, text, text)


def test_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    reader = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    code, _, _ = bash(f"sleep 1000 >{alive} & echo what >&2; wait", timeout=0.3)
    assert code is None
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # the end, when nobody has it open to write any more
    os.close(reader)


def test_why_a_program_did_not_start(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        call(["qsub"], timeout=1, environ={"PATH": str(tmp_path)})
    told = cannot_start("Grid Engine", "qsub", missing.value)
    assert told.startswith("there is no qsub on the PATH: this is no machine of a Grid Engine cluster; ")
    assert told.endswith("hydra/launcher=local")
    with pytest.raises(FileNotFoundError) as gone:
        call(["true"], timeout=1, cwd=tmp_path / "gone")
    assert cannot_start("Grid Engine", "true", gone.value).startswith("true can't be run: ")


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ("qsub: error: no queue.\n", "no queue"),
        ("welcome\nqsub: error: no queue\nqsub: error: no queue\n", "no queue"),
        ("just so\n\n", "just so"),
        ("", ""),
        ("".join(f"error {i}\n" for i in range(6)), "error 2; error 3; error 4; error 5"),
        ('wrong\nTry "qsub --help"\n', "wrong"),
    ],
)
def test_complaints_are_one_line(errors: str, said: str) -> None:
    assert complaints_in(errors, re.compile("^qsub: error: ")) == said


class Flaky:
    """Fails some times, then answers."""

    def __init__(self, *errors: SchedulerError) -> None:
        self.errors = list(errors)
        self.pauses: list[float] = []
        self.told: list[tuple[str, float]] = []

    def __call__(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "7"

    def with_retries(self, attempts: int) -> str:
        return with_retries(
            self,
            attempts=attempts,
            first_pause=2,
            sleep=self.pauses.append,
            on_retry=lambda error, pause: self.told.append((str(error), pause)),
        )


def busy(number: int) -> SchedulerError:
    return SchedulerError(f"busy {number}", passing=True)


def test_what_passes_is_tried_again_after_ever_longer_pauses() -> None:
    flaky = Flaky(busy(1), busy(2), busy(3))
    assert flaky.with_retries(4) == "7"
    assert flaky.pauses == [2, 4, 8]
    assert flaky.told == [("busy 1", 2), ("busy 2", 4), ("busy 3", 8)]


def test_the_last_error_is_raised() -> None:
    flaky = Flaky(busy(1), busy(2), busy(3))
    with pytest.raises(SchedulerError, match="busy 2"):
        flaky.with_retries(2)
    assert flaky.pauses == [2]


def test_what_does_not_pass_is_not_tried_again() -> None:
    flaky = Flaky(busy(1), SchedulerError("never"), busy(3))
    with pytest.raises(SchedulerError, match="never"):
        flaky.with_retries(9)
    assert flaky.pauses == [2]
