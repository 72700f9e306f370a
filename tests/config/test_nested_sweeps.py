"""Lists of values of which a part stands for several values itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeprun.config.application import Application
from sweeprun.config.composing import compose_for_sweep, compose_sweep
from sweeprun.errors import OverrideError
from tests.config.applications import opened


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with opened(tmp_path, {"config": "lr: 0.1\nseed: 0\n"}) as application:
        yield application


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("seed=range(3),7", r"'seed=range\(3\),7' lists range\(…\) .*one by one: seed=0,1,2,7$"),
        ("seed=range(3),range(5,7)", "one by one: seed=0,1,2,5,6$"),
        ("lr=interval(0,1),3", r"lists interval\(…\) among single values.*let the key follow it alone"),
        ("lr=normal(0,1),3", "let the key follow it alone"),
        ("seed=sort(3,1),7", r"lists choice\(…\) among single values"),
        ("seed=7,glob(*)", r"lists glob\(…\) among single values"),
        ("z=zip('seed=range(2),7','lr=1,2,3')", r"lists range\(…\) among single values"),
    ],
)
def test_they_are_explained(word: str, message: str, application: Application) -> None:
    with pytest.raises(OverrideError, match=message):
        compose_sweep(application, compose_for_sweep(application, [word]))
