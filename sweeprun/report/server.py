"""Serve the page of a run to browsers on this machine, always as the run is now."""

import hashlib
import hmac
import secrets
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import parse_qs

from sweeprun.errors import SweeprunError
from sweeprun.report.html import content_html, page_html
from sweeprun.report.page import Page
from sweeprun.safe_text import plain_message

_HOST = "127.0.0.1"
_NAMES = (_HOST, "localhost")
_FRESH_SECONDS = 1.0
_REST = 3.0
"""After a look, so many times what it took passes before the next: the run needs the machine more."""


class Looker:
    """Looks at a run when it is asked, but not more often than is good for the run.

    Parameters
    ----------
    take
        Looks.
    clock
        Seconds.
    """

    def __init__(self, take: Callable[[], Page], clock: Callable[[], float] = time.monotonic) -> None:
        self._take = take
        self._clock = clock
        self._lock = Lock()
        self._page: Page | None = None
        self._due = 0.0

    def page(self) -> Page:
        """The page, as fresh as can be."""
        with self._lock:
            began = self._clock()
            if self._page is None or began >= self._due:
                self._page = self._take()
                now = self._clock()
                self._due = now + max(_FRESH_SECONDS, _REST * (now - began))
            return self._page


class PageServer(ThreadingHTTPServer):
    """Serves one page, on this machine and to those who know the address: a token in it keeps other users out.

    The token is in the address of every request, not in a cookie, which browsers would hand to any port.

    Parameters
    ----------
    port
        Where; 0 is any port that is free.
    looker
        Gives the page.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, looker: Looker) -> None:
        self.looker = looker
        self.token = secrets.token_hex(24)
        super().__init__((_HOST, port), _Answers)

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self.server_port}/?token={self.token}"

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """A browser that went away is no error of ours; anything else is told in a line."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            print(f"sweeprun: {plain_message(error)}", file=sys.stderr)


class _Answers(BaseHTTPRequestHandler):
    server: PageServer
    timeout = 30

    def do_GET(self) -> None:
        """The page, what changes of it, or that there is nothing else."""
        if not self._is_for_us():
            self._answer(HTTPStatus.MISDIRECTED_REQUEST, "this server answers to its own address only")
            return
        path, _, query = self.path.partition("?")
        if not self._knows_token(query):
            self._answer(HTTPStatus.FORBIDDEN, "open the address that was printed, with the token in it")
            return
        makers: dict[str, Callable[[Page], str]] = {"/": _served, "/content": content_html}
        make = makers.get(path)
        if make is None:
            self._answer(HTTPStatus.NOT_FOUND, "there is one page here, at /")
            return
        try:
            text = make(self.server.looker.page())
        except SweeprunError as error:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, plain_message(error))
            return
        self._answer(HTTPStatus.OK, text, kind="text/html")

    def _is_for_us(self) -> bool:
        """Whether a request names this server: a page elsewhere whose name was made to lead here doesn't."""
        port = self.server.server_port
        return self.headers.get("Host") in {f"{name}:{port}" for name in _NAMES}

    def _knows_token(self, query: str) -> bool:
        try:
            tokens = parse_qs(query, max_num_fields=9).get("token", [])
        except ValueError:
            return False
        return len(tokens) == 1 and hmac.compare_digest(tokens[0].encode(), self.server.token.encode())

    def _answer(self, status: HTTPStatus, text: str, kind: str = "text/plain") -> None:
        content = text.encode("utf-8", "replace")
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        unchanged = status is HTTPStatus.OK and self.headers.get("If-None-Match") == tag
        self.send_response(HTTPStatus.NOT_MODIFIED if unchanged else status)
        self.send_header("ETag", tag)
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        if not unchanged:
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if not unchanged:
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's name
        """Requests are not told."""


def _served(page: Page) -> str:
    return page_html(page, served=True)
