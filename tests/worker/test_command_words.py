"""Words in braces in the arguments of a command."""

import pytest

from sweeprun.errors import UsageError
from sweeprun.worker.command_words import check_words, with_values

KEYS = ("rate", "n", "model")


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("{seeds}", r"'\{seeds\}' in the command stands for nothing; did you mean \{seed\}\?"),
        ("--seed={SEED}", r"did you mean \{seed\}\?"),
        ("bash -c './sim --seeds {seeds}'", r"did you mean \{seed\}\?"),
        ("{task-id}", r"did you mean \{task_id\}\?"),
        ("{taskid}.txt", r"did you mean \{task_id\}\?"),
        ("{Config}", r"did you mean \{config\}\?"),
        ("{seed:x}", r"'\{seed:x\}' .*; did you mean \{seed:31\}, a seed of 31 bits\?"),
        ("{seed:}", r"did you mean \{seed:31\}"),
        ("{seed:-1}", r"did you mean \{seed:31\}"),
        ("{seed: 31}", r"did you mean \{seed:31\}"),
        ("{SEED:31}", r"did you mean \{seed:31\}"),
        ("{rate}", r"did you mean \$\{rate\}, the value of that key\?"),
        ("--n={n}", r"did you mean \$\{n\}"),
    ],
)
def test_what_is_clearly_meant_as_another_word_is_refused(argument: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_words(["./sim", argument], KEYS)
    with pytest.raises(UsageError, match=message):
        check_words(f'./sim "{argument}"', KEYS)


@pytest.mark.parametrize(
    "argument",
    [
        "{seed} {seed:31} {seed:8} {task_id} {config}",
        "${SEED} ${seeds} ${rate} $${n}",
        "{ print $1 }",
        "BEGIN {srand(seed); print rand()} {n++} END {print n}",
        "/x/{sum += $1} {next}",
        "{1..3} {a,b} {} {3} {2,}",
        "echo {} ;",
        "{'seed': 3, \"rate\": 2}",
        "n = 3; print(f'{n}')",
        "for seeds in range(3): print(f'{seeds}')",
        "import sys; rate = sys.argv[1]; print(f'{rate:.3f} {rate!r}')",
        "{need} {sleep} {tasks_done}",
        "echo $seeds; { ./sim; }",
    ],
)
def test_legal_code_passes_unharmed(argument: str) -> None:
    check_words(["sh", "-c", argument], KEYS)


def test_what_is_no_text_is_left_to_whoever_reads_it() -> None:
    check_words(None, KEYS)
    check_words("'unclosed", KEYS)
    check_words([1, None, True], KEYS)


def test_words_stand_for_values() -> None:
    values = {"{config}": "/c", "{task_id}": "7", "{seed}": "5"}
    assert with_values("{config} {task_id} {seed} {seed:31}{seed:64}", values, lambda bits: bits) == "/c 7 5 3164"
