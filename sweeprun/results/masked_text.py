"""Texts in which secret values are masked: command lines, configs, and whatever repeats a value."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sweeprun.secrecy import MASK, is_secret, is_secret_name

_SET = re.compile(r"(?<![\w.@/+~-])(?P<key>[+~]{0,2}\w[\w.@/-]*)['\"]?\s{0,9}[=:]\s{0,9}")
_VALUE = re.compile(
    r"\[[^\]]{0,9999}\]|\{[^}]{0,9999}\}|\([^)]{0,9999}\)|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
    r"|\$\{[^}]{0,999}\}|[^\s,;'\"\])}]+"
)
_WORD = re.compile(r"(?P<key>[+~]{0,2}\w[\w.@/-]*)=(?P<value>.*)", re.DOTALL)
_MAY_BE_SECRET = re.compile(
    "pass|secret|token|key|cred|auth|bearer|jwt|pwd|pw|pat|webhook|connection|cookie|session|psk|mnemonic|seed|dsn|sas|pin"
    "|kennwort|contrase|senha|mot|парол|密码|パス|://",
    re.IGNORECASE,
)
"""What is in every name that is secret: texts without it need not be read."""

_FLAG = re.compile(r"(?<!\S)--(?P<key>\w[\w.-]*)[= ]\s{0,9}")
"""An option of a program, which takes its value from the next word, too."""

_LOGIN = re.compile(r"(?P<before>://[^/\s:@]*:)(?!\$\{)(?P<password>[^/\s@]+)(?=@)")
"""The password in a URL."""

_URL = "URL"
"""What it is noted under: a URL in a text has no key."""

_YAML_KEY = re.compile(r"(\w[\w.-]*)['\"]?\s{0,9}:")

_SHORTEST = 4
"""Values that are shorter are in any text, whatever it says."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is masked of a run.

    Attributes
    ----------
    revealed
        Keys of which the user said that they are no secrets.
    values
        What was masked so far: key -> values, as texts.
    """

    revealed: frozenset[str] = frozenset()
    values: dict[str, set[str]] = field(default_factory=dict)

    def hides(self, key: str, value: Any) -> bool:
        """Whether the value of a key is to be masked; if it is, that is noted."""
        key = key.lstrip("+~")
        if key in self.revealed or not is_secret(key, value):
            return False
        self.values.setdefault(key, set()).add(str(value))
        return True

    def text(self, text: str) -> str:
        """A text with ``KEY=VALUE``, ``KEY: VALUE`` and ``--KEY VALUE`` masked where the key says that it is secret.

        Passwords in URLs are masked, too.
        """
        if not _MAY_BE_SECRET.search(text):
            return text
        return self._text(self._in_words(text), _SET)

    def _in_words(self, text: str) -> str:
        """A text with passwords masked in the URLs and the command lines in it."""
        if "://" in text and all(map(is_secret_name, self.revealed)):  # of any other, the user wants to see the URL
            text = _LOGIN.sub(self._without_password, text)
        return self._text(text, _FLAG) if "--" in text else text

    def _without_password(self, found: re.Match[str]) -> str:
        self.values.setdefault(_URL, set()).add(found["password"])
        return f"{found['before']}{MASK}"

    def _text(self, text: str, keys: re.Pattern[str]) -> str:
        parts = []
        done = place = 0
        while (key := keys.search(text, place)) is not None:
            place = key.end()
            value = _VALUE.match(text, place)
            if value is not None and self.hides(key["key"], _as_meant(value[0])):
                parts += [text[done:place], MASK]
                done = place = value.end()
        return "".join([*parts, text[done:]])

    def word(self, word: str) -> str:
        """The same of a word of a command line, whose value may hold anything."""
        match = _WORD.fullmatch(word)
        if match is None or not self.hides(match["key"], _as_meant(match["value"])):
            return self.text(word)
        return f"{match['key']}={MASK}"

    def everywhere(self, text: str) -> str:
        """A text without the values that were masked so far, as the message of an exception may repeat them."""
        for value in sorted({value for values in self.values.values() for value in values}, key=len, reverse=True):
            if len(value) >= _SHORTEST:
                text = text.replace(value, MASK)
        return text

    def yaml(self, text: str) -> str:
        """YAML with the values masked whose keys say that they are secret; nothing else in it changes."""
        return self._in_words(self._yaml(text))

    def _yaml(self, text: str) -> str:
        if "://" not in text and not any(map(is_secret_name, set(_YAML_KEY.findall(text)))):
            return text
        import yaml  # type: ignore[import-untyped, unused-ignore]  # OmegaConf's; only a config that may hold a secret needs it

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            places = {place for node in yaml.compose_all(text, loader) for place in self._secrets(node, "", set())}
        except (yaml.YAMLError, RecursionError, ValueError):  # it was damaged, or is hostile
            return "".join(map(self.text, text.splitlines(keepends=True)))
        for begin, end in sorted(places, reverse=True):
            text = text[:begin] + MASK + ("\n" if text[begin:end].endswith("\n") else "") + text[end:]
        return text

    def _secrets(self, node: Any, key: str, seen: set[int]) -> Iterator[tuple[int, int]]:
        """Where the secret values below a node of YAML begin and end."""
        if node is None or id(node) in seen:  # an alias
            return
        seen.add(id(node))
        if node.id == "mapping":
            for name, value in node.value:
                part = name.value if name.id == "scalar" else ""
                yield from self._secrets(value, f"{key}.{part}" if key else part, seen)
        elif node.id == "sequence":
            for item in node.value:
                yield from self._secrets(item, key, seen)
        elif self.hides(key, _of_yaml(node)):
            yield node.start_mark.index, node.end_mark.index


def _as_meant(text: str) -> Any:
    """A value as its text says that it is meant: nothing, a number (or several), or a text."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    if text.lower() in ("true", "false", "null", "none", ""):
        return None
    parts = [part for part in re.split(r"[\s,\[\]()]+", text.removeprefix("range")) if part]
    try:
        return min(map(float, parts))
    except ValueError:
        return text


def _of_yaml(node: Any) -> Any:
    """A scalar of YAML, as far as that says whether it can be a secret."""
    kind = node.tag.rpartition(":")[2]
    if kind in ("null", "bool"):
        return None
    return _as_meant(node.value) if kind in ("int", "float") else node.value
