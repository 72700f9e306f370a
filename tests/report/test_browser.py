"""Pages in a real browser: as they look, with the keyboard, on a phone, on paper, and with hostile texts in them."""

import base64
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from sweeprun.report.server import Looker, PageServer
from tests.report.opening import opened
from tests.report.pages import hostile, one_axis, page_of_run, two_axes, written
from tests.results.runs import axis, make_run, success, write_shard

_STATISTIC = "#choose-statistic"
_ATTEMPTS = """() => {
    window.refused = new Set();
    document.addEventListener("securitypolicyviolation", (event) => window.refused.add(event.effectiveDirective));
    document.body.insertAdjacentHTML("beforeend", "<b id=trap onclick='window.hacked=1'>x</b><img src='http://127.0.0.1:1/x.png'>");
    document.getElementById("trap").click();
    fetch("http://127.0.0.1:1/").catch(() => {});
}"""
"""What a page may not do: run a handler in its markup, load a picture, ask a server."""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("study")
    return written(path / "report.html", two_axes(path / "run")).as_uri()


def colours(page: Page, selector: str) -> int:
    """How many colours a picture of an element has."""
    script = """async (data) => {
        const image = new Image(); image.src = data; await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height), context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        return new Set(new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer)).size;
    }"""
    shot = base64.b64encode(page.locator(selector).screenshot()).decode()
    other = page.context.browser
    assert other is not None
    blank = other.new_page()  # the page itself may not load pictures
    found: int = blank.evaluate(script, f"data:image/png;base64,{shot}")
    blank.close()
    return found


@pytest.mark.parametrize("dark", [False, True])
def test_a_page_shows_pictures(browser: Browser, study: str, dark: bool) -> None:
    with opened(browser, study, dark=dark) as page:
        expect(page.locator("#picture-plot svg")).to_be_visible()
        assert colours(page, "#picture-plot") > 30
        assert "final loss (J m-2)" in page.locator("#picture-caption").inner_text()
        told = page.locator("#picture-plot[role='graphics-document']").get_attribute("aria-label")
        assert told is not None
        assert told.startswith("final loss")


def test_the_chooser_works_by_keyboard(browser: Browser, study: str) -> None:
    with opened(browser, study) as page:
        page.locator("#choose-output").focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator("#picture-caption")).to_contain_text("curve")
        expect(page.locator("#choose-output")).to_be_focused()  # although the fields are made anew
        page.keyboard.press("Tab")
        expect(page.locator("#choose-picture")).to_be_focused()
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.type("histogram")
        expect(page.locator("#picture-caption")).to_contain_text("in each bin")
        expect(page.locator("#choose-group")).to_be_visible()


def test_axes_are_averaged_or_selected(browser: Browser, study: str) -> None:
    with opened(browser, study) as page:
        page.select_option("#choose-picture", label="lines")
        page.select_option("#choose-x", label="lr")
        page.select_option("#choose-y", label="one line")
        expect(page.locator("#picture-caption")).to_contain_text("of member, depth")
        page.select_option("#choose-at-1", label="= 2")
        expect(page.locator("#picture-caption")).to_contain_text("5 values of member; depth = 2")
        page.locator("#picture-numbers summary").press("Enter")
        expect(page.locator("#picture-numbers tbody tr")).to_have_count(3)
        page.select_option(_STATISTIC, label="number of values")
        expect(page.locator("#picture-numbers tbody tr").first).to_contain_text("5")


@pytest.mark.parametrize("width", [390, 1200])
def test_a_page_is_never_wider_than_its_window(browser: Browser, study: str, width: int) -> None:
    with opened(browser, study, width=width) as page:
        for picture in ("heat map", "lines", "histogram", "single tasks"):
            page.select_option("#choose-picture", label=picture)
            expect(page.locator("#picture-plot svg")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        for summary in page.locator("summary").all():
            summary.press("Enter")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_there_are_pictures_and_no_controls(browser: Browser, study: str) -> None:
    with opened(browser, study, dark=True) as page:
        page.emulate_media(media="print")
        expect(page.locator("#chooser")).to_be_hidden()
        expect(page.locator("#picture-plot svg")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert len(page.pdf(format="A4")) > 20_000


def test_hostile_texts_are_only_text(browser: Browser, tmp_path: Path) -> None:
    address = written(tmp_path / "report.html", hostile(tmp_path / "run")).as_uri()
    with opened(browser, address) as page:
        for place in range(page.locator("#choose-output option").count()):
            page.locator("#choose-output").select_option(index=place)
            for picture in range(page.locator("#choose-picture option").count()):
                page.locator("#choose-picture").select_option(index=picture)
                expect(page.locator("#picture-plot svg")).to_be_visible()
        for summary in page.locator("summary").all():
            summary.press("Enter")
        page.locator("#map-plot svg path").first.hover()
        assert page.evaluate("window.hacked") is None
        assert page.locator("img, iframe, object").count() == 0
        expect(page.locator("#failures h3").first).to_contain_text("</script><script>")


_OF_JAVASCRIPT = ["constructor", "toString", "__proto__", "hasOwnProperty", "valueOf", "length"]
"""Names that every object of JavaScript has something under."""


def test_names_that_javascript_knows_are_names(browser: Browser, tmp_path: Path) -> None:
    first, second, *_, last = names = _OF_JAVASCRIPT
    run = make_run(tmp_path / "run", axis(first, names[:2]), axis(second, names[2:4]), axis("__proto__", names[3:5]))
    results = {first: (last, np.arange(2.0)), second: 1.5}
    write_shard(run, "0.a", [success(i, results) for i in range(8)])
    with opened(browser, written(tmp_path / "report.html", run).as_uri()) as page:
        expect(page.locator("#map-plot")).to_contain_text(first)
        for _ in each_choice(page, "#choose-output"):
            for _ in each_choice(page, "#choose-picture"):
                for field in ("#choose-x", "#choose-group"):
                    for _ in each_choice(page, field):
                        expect(page.locator("#picture-plot svg")).to_be_visible()


def each_choice(page: Page, field: str) -> Iterator[int]:
    """Choose one option of a field after the other; once, if there is no such field."""
    for place in range(page.locator(f"{field} option").count() or 1):
        if page.locator(f"{field} option").count() > place:
            page.locator(field).select_option(index=place)
        yield place


_BREAK_CAPTION = """() => {
    const broken = { value() { throw new Error("odd"); } };
    Object.defineProperty(document.getElementById("picture-caption"), "replaceChildren", broken);
}"""


def test_a_picture_that_fails_says_so_and_hinders_no_other(browser: Browser, study: str) -> None:
    complaints: list[str] = []
    with opened(browser, study, complaints=complaints) as page:
        page.evaluate("() => { window.embed = vegaEmbed; vegaEmbed = () => Promise.reject(new Error('broken')); }")
        page.select_option("#choose-picture", label="histogram")
        expect(page.locator("#picture-plot")).to_contain_text("No picture: drawing it failed (Error: broken)")
        page.evaluate("() => { vegaEmbed = window.embed; }")
        page.select_option("#choose-picture", label="lines")
        expect(page.locator("#picture-plot svg")).to_be_visible()
        page.evaluate(_BREAK_CAPTION)
        page.set_viewport_size({"width": 800, "height": 700})
        expect(page.locator("#picture-plot")).to_contain_text("No picture: drawing it failed (Error: odd)")
        expect(page.locator("#map-plot svg")).to_be_visible()
        assert any("broken" in text for text in complaints)
        complaints.clear()


def test_a_page_may_load_nothing_and_run_nothing_else(browser: Browser, study: str) -> None:
    complaints: list[str] = []
    with opened(browser, study, complaints=complaints) as page:
        page.evaluate(_ATTEMPTS)
        page.wait_for_function("window.refused.size === 3")
        assert page.evaluate("window.hacked") is None
        complaints.clear()


def test_every_kind_of_output_is_drawn(browser: Browser, tmp_path: Path) -> None:
    outputs = [
        {
            "z": complex(i, -i),
            "flag": i % 2 == 0,
            "n": i,
            "odd": [np.nan, np.inf, 1e300, -1e300, 1e-300, 0.0][i % 6],
            "when": np.datetime64("2026-01-01") + np.timedelta64(i, "D"),
            "field": (("y", "x"), np.full((3, 40), float(i))),
            "same": 4.0,
        }
        for i in range(12)
    ]
    address = written(tmp_path / "report.html", one_axis(tmp_path / "run", outputs)).as_uri()
    with opened(browser, address) as page:
        names = page.locator("#choose-output option").all_inner_texts()
        assert len(names) == 9
        for place in range(len(names)):
            page.locator("#choose-output").select_option(index=place)
            for picture in range(page.locator("#choose-picture option").count()):
                page.locator("#choose-picture").select_option(index=picture)
                expect(page.locator("#picture-plot svg")).to_be_visible()


def test_a_served_page_follows_the_run(browser: Browser, tmp_path: Path) -> None:
    run = two_axes(tmp_path / "run")
    state = {"active": True}
    server = PageServer(0, Looker(lambda: page_of_run(run, active=state["active"])))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with opened(browser, server.url) as page:
            expect(page.locator(".live")).to_have_text("the run is going on")
            page.select_option("#choose-picture", label="histogram")
            page.locator("#packages summary, #config summary").last.press("Enter")
            page.evaluate("window.scrollTo(0, 700)")
            before = page.evaluate("window.scrollY")
            expect(page.locator(".counts")).to_contain_text("58 succeeded")
            write_shard(run, "0.0-b", [success(59, {"loss": 1.0})])
            state["active"] = False
            expect(page.locator(".counts")).to_contain_text("59 succeeded", timeout=15_000)
            expect(page.locator(".live")).to_have_text("the run has ended")
            expect(page.locator("#choose-picture")).to_have_value("histogram")
            assert page.locator("#config").evaluate("details => details.open")
            assert page.evaluate("window.scrollY") == before
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
