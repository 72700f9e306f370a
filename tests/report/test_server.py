"""The server of a page: how often it looks, and what it answers to whom."""

import http.client
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sweeprun.errors import FormatError
from sweeprun.report.page import Page
from sweeprun.report.server import Looker, PageServer
from tests.report.pages import page_of_run
from tests.results.runs import count_axis, make_run


class Source:
    """Pages of one run, numbered by their titles; a look takes some seconds of a clock of its own."""

    def __init__(self, page: Page, seconds: float = 0.0) -> None:
        self.now = 100.0
        self.looks = 0
        self.problem = ""
        self._page = page
        self._seconds = seconds

    def take(self) -> Page:
        if self.problem:
            raise FormatError(self.problem)
        self.looks += 1
        self.now += self._seconds
        return replace(self._page, title=f"lüok {self.looks}")

    def clock(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return page_of_run(make_run(tmp_path_factory.mktemp("server") / "a rün", count_axis("x", 3)))


@pytest.fixture
def source(page: Page) -> Source:
    return Source(page)


@pytest.fixture
def server(source: Source) -> Iterator[PageServer]:
    made = PageServer(0, Looker(source.take, source.clock))
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


class Answer:
    def __init__(self, server: PageServer, path: str, *, token: str | None = None, **headers: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
        query = f"token={server.token}" if token is None else token
        connection.request("GET", f"{path}{'&' if '?' in path else '?'}{query}", headers=headers)
        answer = connection.getresponse()
        self.status, self.headers, self.text = answer.status, answer.headers, answer.read().decode()
        connection.close()


def test_a_run_is_looked_at_once_a_second_at_most(source: Source) -> None:
    looker = Looker(source.take, source.clock)
    assert [looker.page().title for _ in range(3)] == ["lüok 1"] * 3
    source.now += 0.99
    assert looker.page().title == "lüok 1"
    source.now += 0.02
    assert looker.page().title == "lüok 2"


def test_a_run_that_takes_long_to_look_at_is_left_in_peace_for_longer(page: Page) -> None:
    source = Source(page, seconds=10.0)
    looker = Looker(source.take, source.clock)
    looker.page()
    source.now += 29.0
    looker.page()
    assert source.looks == 1
    source.now += 2.0
    looker.page()
    assert source.looks == 2


def test_a_look_that_failed_is_made_again(source: Source) -> None:
    looker = Looker(source.take, source.clock)
    source.problem = "half written"
    with pytest.raises(FormatError):
        looker.page()
    source.problem = ""
    assert looker.page().title == "lüok 1"


def test_many_at_once_cause_one_look(source: Source) -> None:
    looker = Looker(source.take, source.clock)
    barrier = threading.Barrier(6)
    titles: list[str] = []

    def ask() -> None:
        barrier.wait()
        titles.append(looker.page().title)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert titles == ["lüok 1"] * 6


def test_what_changes_of_the_page_is_answered_for_this_page_alone(server: PageServer) -> None:
    answer = Answer(server, "/content")
    assert answer.status == 200
    assert "lüok 1" in answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_content_that_has_not_changed_is_not_sent_again(server: PageServer, source: Source) -> None:
    tag = Answer(server, "/content").headers["ETag"]
    same = Answer(server, "/content", **{"If-None-Match": tag})
    assert (same.status, same.text) == (304, "")
    source.now += 2
    changed = Answer(server, "/content", **{"If-None-Match": tag})
    assert changed.status == 200
    assert "lüok 2" in changed.text


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/manifest.json", "/content/", "//[", "/%2e%2e"])
def test_there_is_nothing_else(server: PageServer, source: Source, path: str) -> None:
    answer = Answer(server, path)
    assert (answer.status, answer.text) == (404, "there is one page here, at /")
    assert source.looks == 0


@pytest.mark.parametrize(
    "query",
    [
        "",
        "token=",
        "token={token}0",
        "token={half}",
        "token={token}&token={token}",
        "t={token}",
        "token=%ff%00%C3%BC",
        "&".join("abcdefghijk"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/content", "/manifest.json"])
def test_who_does_not_know_the_token_gets_nothing(server: PageServer, source: Source, path: str, query: str) -> None:
    query = query.format(token=server.token, half=server.token[:24])
    answer = Answer(server, path, token=query)
    assert (answer.status, answer.text) == (403, "open the address that was printed, with the token in it")
    assert source.looks == 0


def test_the_address_has_a_token_of_its_own(server: PageServer) -> None:
    other = PageServer(0, server.looker)
    other.server_close()
    assert len(server.token) == 48
    assert server.token != other.token
    assert server.url == f"http://127.0.0.1:{server.server_port}/?token={server.token}"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "localhost:1", ""])
def test_a_request_under_another_name_is_turned_away(server: PageServer, source: Source, host: str) -> None:
    answer = Answer(server, "/content", Host=host.format(port=server.server_port))
    assert answer.status == 421
    assert source.looks == 0
    assert Answer(server, "/content", Host=f"localhost:{server.server_port}").status == 200


def test_a_run_that_can_not_be_read_is_told_and_may_recover(server: PageServer, source: Source) -> None:
    source.problem = "the manifest is hälf written"
    answer = Answer(server, "/content")
    assert (answer.status, answer.text) == (500, "the manifest is hälf written")
    assert answer.headers["Content-Type"].startswith("text/plain")
    source.problem = ""
    assert Answer(server, "/content").status == 200


@pytest.mark.parametrize(
    ("error", "told"), [(BrokenPipeError(), ""), (TimeoutError(), ""), (ValueError("odd\nthing"), "sweeprun: odd")]
)
def test_a_browser_that_went_away_is_no_error(
    server: PageServer, capsys: pytest.CaptureFixture[str], error: Exception, told: str
) -> None:
    try:
        raise error
    except Exception:  # noqa: BLE001  # as socketserver does
        server.handle_error(None, None)
    printed = capsys.readouterr().err
    assert printed.startswith(told)
    assert bool(printed) == bool(told)


def test_the_address_is_of_this_machine_only(server: PageServer) -> None:
    assert server.server_address[0] == "127.0.0.1"
