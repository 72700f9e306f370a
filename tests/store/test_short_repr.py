"""Values of Python as people read them in a run."""

import numpy as np

from sweeprun.store.short_repr import brief


def test_values_are_one_short_line() -> None:
    assert brief("n", 1000) == "1000"
    assert brief("x", [1.5, "a"]) == "[1.5, 'a']"
    assert len(brief("x", list(range(10**6)))) < 200
    assert len(brief("x", "a" * 10**6)) < 500
    assert "\n" not in brief("x", np.zeros((50, 50)))


def test_what_is_secret_is_not_shown() -> None:
    assert brief("API_TOKEN", "hush") == "…"
    assert brief("db_password", "x") == "…"
    assert brief("n_tokens", 7) == "7"
