"""The code blocks of a page, found by a Markdown parser.

A block has a language. It is run, unless the paragraph above it says why not: ``*Not run by the tests: …*``. If that
paragraph ends with a path and a colon (````conf/config.yaml`:``), the block is a file of this name. What a page needs
but doesn't show is in an HTML comment that begins with ``run:``, and is bash.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

FILE_LANGUAGES = ("yaml", "python", "bash", "json", "toml", "text")
_NAMED = re.compile(r"`([\w./-]+\.\w+)`:$")
_NOT_RUN = re.compile(r"\*Not run by the tests: (.*)\*$", re.DOTALL)
_HIDDEN = re.compile(r"<!--\s*run:(.*)-->", re.DOTALL)


class PageError(Exception):
    """A page has a block of which nobody can tell what it is."""


class Kind(Enum):
    """What is done with a block."""

    BASH = "bash"
    CONSOLE = "console"
    PYTHON = "python"
    PYCON = "pycon"
    FILE = "file"
    OUTPUT = "output"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A code block of a page.

    Attributes
    ----------
    kind
        What is done with it.
    text
        What is in it.
    line
        The number of its first line in the page.
    note
        The path of a file; the reason why a block isn't run.
    """

    kind: Kind
    text: str
    line: int
    note: str = ""


def read_blocks(page: Path) -> list[Block]:
    """All blocks of a page, in order."""
    return list(find_blocks(page.read_text(encoding="utf-8")))


def find_blocks(text: str) -> Iterator[Block]:
    """The blocks of Markdown, in order.

    Raises
    ------
    PageError
        If a block has no language, or one that nothing is known of.
    """
    above: Token | None = None
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "code_block":
            raise PageError(f"line {line}: an indented block has no language; write a fenced one")
        if token.type == "html_block" and (hidden := _HIDDEN.search(token.content)):
            yield Block(kind=Kind.BASH, text=hidden[1].strip("\n") + "\n", line=line)
        if token.type == "fence" and not _is_directive(token):
            yield _block(token, line, above)
        if token.type not in ("paragraph_open", "paragraph_close", "html_block"):
            above = token


def _is_directive(token: Token) -> bool:
    """Whether a fence is MyST's markup: a table of contents, a reference; code is in plain fences."""
    if token.info.startswith("{code"):
        raise PageError(f"line {token.map and token.map[0] + 1}: write ```python, not ```{token.info}")
    return token.info.startswith("{")


def _block(token: Token, line: int, above: Token | None) -> Block:
    language = token.info.strip()
    paragraph = above.content if above is not None and above.type == "inline" else ""
    if not language:
        raise PageError(f"line {line}: a block has no language")
    if not_run := _NOT_RUN.search(paragraph):
        return Block(kind=Kind.NOT_RUN, text=token.content, line=line, note=not_run[1])
    if language in FILE_LANGUAGES and (named := _NAMED.search(paragraph)):
        return Block(kind=Kind.FILE, text=token.content, line=line, note=named[1])
    if language == "text":
        if above is None or above.type != "fence":
            raise PageError(f"line {line}: text is what the block above it prints, or a file with a name")
        return Block(kind=Kind.OUTPUT, text=token.content, line=line)
    try:
        return Block(kind=Kind(language), text=token.content, line=line)
    except ValueError:
        raise PageError(f"line {line}: a block of {language} is neither run nor a file with a name") from None
