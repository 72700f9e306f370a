"""A shell's line as words, and words as one would type them: the little of a shell's grammar that completion needs."""

from dataclasses import dataclass

_PLAIN = frozenset("%+,-./:=@_^")
_ESCAPED_IN_DOUBLE_QUOTES = '"$`\\'


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line up to the cursor.

    Attributes
    ----------
    words
        The words before the one at the cursor, without their quotes.
    current
        The word at the cursor, as far as it goes, without its quotes.
    quote
        The quote that is still open, or nothing.
    """

    words: tuple[str, ...]
    current: str
    quote: str = ""

    @classmethod
    def parse(cls, text: str) -> "Line":
        """Take a line apart as a shell does, without expanding anything; it may end in the middle of a quote."""
        words: list[str] = []
        word, begun, quote = "", False, ""
        rest = iter(text)
        for char in rest:
            if quote == "'" or (quote == '"' and char != "\\"):
                word, quote = (word, "") if char == quote else (word + char, quote)
            elif char == "\\":
                following = next(rest, "")
                kept = "\\" if quote and following not in _ESCAPED_IN_DOUBLE_QUOTES else ""
                word, begun = word + kept + following, True
            elif char in "'\"":
                quote, begun = char, True
            elif not char.isspace():
                word, begun = word + char, True
            elif begun:
                words.append(word)
                word, begun = "", False
        return cls(words=tuple(words), current=word, quote=quote)


def quoted(text: str, quote: str = "") -> str:
    """A text as it is typed in bash, behind the opening ``quote`` if there is one."""
    if quote == "'":
        return text.replace("'", "'\\''")
    if quote == '"':
        return "".join(f"\\{char}" if char in _ESCAPED_IN_DOUBLE_QUOTES else char for char in text)
    return "".join(char if char.isalnum() or char in _PLAIN else f"\\{char}" for char in text)
