"""A page as HTML: one file with its styles, scripts and data in it, and nothing that it would have to load."""

import base64
import hashlib
import json
import os
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeprun.errors import UsageError
from sweeprun.report.bundle import chart_library
from sweeprun.report.page import Page, drawn_data
from sweeprun.report.text import count, span
from sweeprun.store.files import temporary_sibling

if TYPE_CHECKING:
    from jinja2 import Environment

GENERATOR = "sweeprun report"
"""What the page says it was made by; only such a page is replaced without being asked."""

_SCRIPTS = ("numbers.js", "pictures.js", "state_map.js", "chooser.js", "refresh.js", "main.js")
_ENDINGS = (".html", ".htm")
_BEGINNING = 2**12


def page_html(page: Page, *, served: bool = False) -> str:
    """A page as HTML.

    Parameters
    ----------
    page
        The page.
    served
        Whether it is served, and may ask for newer data.
    """
    scripts = [_harmless(chart_library()), _harmless(_own_script())]
    return _rendered(
        "page.html",
        page=page,
        data=script_json(drawn_data(page)),
        style=_asset("report.css"),
        scripts=scripts,
        policy=_policy(scripts, served=served),
        served=served,
        generator=GENERATOR,
        licence=_LICENCE,
    )


_LICENCE = "Charts: Vega, Vega-Lite and Vega-Embed, (c) University of Washington Interactive Data Lab, BSD-3-Clause"


def content_html(page: Page) -> str:
    """What changes of a page while a run goes on, for a page that is served."""
    return _rendered("content.html", page=page, data=script_json(drawn_data(page)))


def is_ours(path: Path) -> bool:
    """Whether a file is a page that was made here, and so can be made again."""
    with path.open("rb") as file:
        return f'<meta name="generator" content="{GENERATOR}'.encode() in file.read(_BEGINNING)


def check_page_path(path: Path) -> None:
    """Refuse a path that no page can be written to.

    Raises
    ------
    UsageError
        If the ending is wrong, the directory doesn't exist, or something else is there.
    """
    shown = f"can't write {str(path)!r}"
    parent = path.absolute().parent
    if path.suffix not in _ENDINGS:
        raise UsageError(f"{shown}: the name of a page must end in .html")
    if not parent.is_dir():
        raise UsageError(f"{shown}: there is no directory {str(parent)!r}")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise UsageError(f"{shown}: no permission to write to {str(parent)!r}")
    if path.exists() and not path.is_file():
        raise UsageError(f"{shown}: it is no regular file")


def write_page(html: str, path: Path) -> int:
    """Write a page in the place of what was there, whole or not at all; how many bytes it has.

    Raises
    ------
    UsageError
        If the path can't be written.
    """
    content = html.encode("utf-8", "replace")
    try:
        with temporary_sibling(path.absolute()) as temporary:
            temporary.write_bytes(content)
            temporary.replace(path)
    except OSError as error:
        raise UsageError(f"can't write {str(path)!r}: {error.strerror or error}") from error
    return len(content)


def script_json(data: Any) -> str:
    """JSON that can stand in a script element: nothing in it ends the element or a line of JavaScript."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False, ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _policy(scripts: Sequence[str], *, served: bool) -> str:
    """What the page may do: run these scripts and no other, load nothing, and, if it is served, ask its server."""
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in scripts)
    connect = "'self'" if served else "'none'"
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; connect-src {connect}; "
        "base-uri 'none'; form-action 'none'"
    )


def _harmless(script: str) -> str:
    """A script that doesn't end its own element."""
    return script.replace("\r\n", "\n").replace("</script", "<\\/script").replace("<!--", "<\\!--")


@cache
def _own_script() -> str:
    return "\n".join(_asset(name) for name in _SCRIPTS)


@cache
def _asset(name: str) -> str:
    return files("sweeprun.report").joinpath("assets", name).read_text(encoding="utf-8")


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("sweeprun.report", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"span": span, "count": count, "percent": lambda part: f"{part:.0%}"}
    return made


def _rendered(name: str, **context: Any) -> str:
    return str(_environment().get_template(name).render(**context))
