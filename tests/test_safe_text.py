"""What takes control of a terminal is written out."""

import json

import pytest

from sweeprun.safe_text import json_escaped, plain, plain_json, plain_message


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\rb\0\x7f\x9b", "a\\x0db\\x00\\x7f\\x9b"),
        ("\u202eabc\ud800", "\\u202eabc\\ud800"),
        ("é 日本 🎲 [red]", "é 日本 🎲 [red]"),
    ],
)
def test_control_characters_are_written_out(text: str, shown: str) -> None:
    assert plain(text) == shown
    assert json.loads(plain_json({text: text})) == {text: text}
    assert not set(plain_json({text: text})) & set("\x1b\x9b\x7f\u202e\ud800")


def test_a_message_is_no_longer_than_a_screen() -> None:
    assert len(plain_message("x" * 10**6)) < 5000


def test_what_is_not_ascii_is_written_out_as_json_has_it() -> None:
    assert json_escaped("plain \\ → \U0001f600 ü") == "plain \\ \\u2192 \\ud83d\\ude00 \\u00fc"
