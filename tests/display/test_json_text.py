"""JSON on standard output."""

import io
import json
import sys

import pytest

from sweeprun.display.json_text import print_json

TOLD = {"größe": ["\\ → \U0001f600", '"ß"', "\x1b"]}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_utf_8_whatever_the_terminal_has(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding=encoding))
    print_json(TOLD)
    assert json.loads(printed.getvalue().decode()) == TOLD


def test_people_can_read_it_where_the_terminal_has_the_letters(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(TOLD)
    assert "größe" in capsys.readouterr().out
