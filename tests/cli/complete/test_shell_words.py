"""Lines of shells, taken apart and put together."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.cli.complete.shell_words import Line, quoted

words = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Line(words=(), current="")),
        ("sweeprun ", Line(words=("sweeprun",), current="")),
        ("a 'b c' d\\ e", Line(words=("a", "b c"), current="d e")),
        ("a 'b c", Line(words=("a",), current="b c", quote="'")),
        ('a name="b \\"c', Line(words=("a",), current='name=b "c', quote='"')),
        ('"a\\b"', Line(words=(), current="a\\b")),
        ("a '' ", Line(words=("a", ""), current="")),
        ("größe=ü", Line(words=(), current="größe=ü")),
        ("a\\", Line(words=(), current="a")),
    ],
)
def test_a_line_is_taken_apart(text: str, expected: Line) -> None:
    assert Line.parse(text) == expected


@given(words)
def test_what_shells_quote_is_read(texts: list[str]) -> None:
    line = Line.parse(shlex.join(texts))
    assert [*line.words, line.current] == texts


@given(words)
def test_what_is_quoted_is_read_by_shells(texts: list[str]) -> None:
    line = " ".join(quoted(text) for text in texts)
    assert shlex.split(line) == texts


@given(words, st.sampled_from("'\""))
def test_what_is_quoted_behind_a_quote_is_read_again(texts: list[str], quote: str) -> None:
    line = Line.parse(" ".join(f"{quote}{quoted(text, quote)}{quote}" for text in texts))
    assert [*line.words, line.current] == texts
