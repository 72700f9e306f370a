import pytest

from tests.docs.matching import matches


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("40 tasks: 40 succeeded in 10.2 s", "40 tasks: 40 succeeded in 3 s\n"),
        ("40 tasks: 40 succeeded in 10.2 s", "40 tasks: 40 succeeded in 1 min 26 s\n"),
        ("ended after 10.2 s", "ended after 1 h 02 min"),
        ("recorded in multirun/2026-11-22/22-59-30", "recorded in multirun/2027-01-01/00-00-00"),
        ("a\n…\nz", "a\nb\nc\nz"),
        ("3/40 done, 0 failed, 1.3/s, ETA 28.5 s\nend", "17/40 done, 0 failed\n18/40 done, 1 failed\nend"),
        ("x  0.9631", "x 0.9632"),
        ("job 4711, array", "job 3, array"),
        ("[x] (a|b)*", "[x] (a|b)*"),
    ],
)
def test_what_varies_may_vary(shown: str, printed: str) -> None:
    assert matches(shown, printed)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("40 tasks", "41 tasks"),
        ("40 tasks", "40 tasks and more"),
        ("x 0.9631", "x 0.9"),
        ("a\n…\nz", "a\nb"),
        ("recorded in multirun/2026-11-22/22-59-30", "recorded in nothing"),
    ],
)
def test_what_is_wrong_is_wrong(shown: str, printed: str) -> None:
    assert not matches(shown, printed)
