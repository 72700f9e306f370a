"""What takes control of a terminal is written out."""

import json
import subprocess

import pytest

from sweeprun.safe_text import json_escaped, one_line, plain, plain_json, plain_line, plain_message, quoted


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


def test_a_line_stays_one_line() -> None:
    assert one_line("a\nb\tc\r\u2028\x0b\x85") == "a\\nb\\tc\\x0d\\u2028\\x0b\\x85"
    assert len(one_line("x\n" * 10**5)) == 3 * 10**5
    assert len(plain_line("x\n" * 10**5)) < 10_000


@pytest.mark.parametrize("path", ["a", "a b", "it's", "a\nb", "tab\t'\\n", "\x1b[2J", "é\n日本", "\x85\u202e"])
def test_a_path_is_a_word_on_one_line(path: str) -> None:
    word = quoted(path)
    assert "\n" not in word
    assert subprocess.run(["bash", "-c", f"printf %s {word}"], capture_output=True, check=True).stdout == path.encode()
