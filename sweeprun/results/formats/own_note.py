"""A note beside a file whose format has no place for attributes, ``.NAME.sweeprun``: of which run the file is.

It holds only as long as the file has the content that it names.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sweeprun.results.formats.output_format import read_regular
from sweeprun.store.files import temporary_sibling

_VERSION = 1


def write_note(path: Path, attrs: Mapping[str, Any]) -> None:
    """Say beside a file of which run it is.

    Parameters
    ----------
    path
        The file.
    attrs
        The attributes of the Dataset of its run.
    """
    from sweeprun.results.attributes import OWNER_ATTRIBUTES

    data = {"version": _VERSION, "sha256": _content(path)} | {
        key: str(attrs[key]) for key in OWNER_ATTRIBUTES if key in attrs
    }
    with temporary_sibling(_note(path)) as temporary:
        temporary.write_text(json.dumps(data))
        temporary.replace(_note(path))


def read_note(path: Path) -> Mapping[str, Any]:
    """What the note beside a file says; nothing if the file was changed since. If it can't be read, any error."""
    note = json.loads(read_regular(_note(path)))
    known = note.get("version") == _VERSION and note.get("sha256") == _content(path)
    return note if known else {}


def has_note(path: Path) -> bool:
    """Whether sweeprun wrote a file, which may have been changed since."""
    return _note(path).exists()


def _note(path: Path) -> Path:
    return path.with_name(f".{path.name}.sweeprun")


def _content(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
