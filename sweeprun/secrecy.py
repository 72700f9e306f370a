"""What is secret: never written down, shown or sent, wherever it turns up.

A value that refers to the environment (``${oc.env:NAME}``) may stand for a password, so it stays a reference on disk.
Values and files count as secret by their names alone; what is in them is not looked at.
"""

import re
from fnmatch import fnmatch

_WORDS = ("secret", "credential", "password", "passwd", "passphrase", "token", "api_key", "apikey")

FILE_PATTERNS = (
    *(f"*{word.replace('_', '[_-]')}*" for word in _WORDS),
    *(".env*", "*.env", ".netrc", "*.pem", "*.key", "id_rsa*"),
)
"""Names of files that are secret, as patterns of `fnmatch` and of git; upper and lower case count the same."""

REFERENCE = re.compile(r"\$\{\s*oc\.env\s*:\s*([A-Za-z_]\w*)\s*(?:,\s*([^{}]*?)\s*)?\}")
"""A reference to the environment, with its name and its default."""


def refers_to_environment(value: str) -> bool:
    """Whether a value is, or holds, a reference to the environment."""
    return REFERENCE.search(value) is not None


def is_secret_name(name: str) -> bool:
    """Whether a name says that what it stands for is secret."""
    return any(word in name.lower().replace("-", "_") for word in _WORDS)


def is_secret_file(name: str) -> bool:
    """Whether the name of a file, without its directory, says that the file is secret."""
    return any(fnmatch(name.lower(), pattern) for pattern in FILE_PATTERNS)
