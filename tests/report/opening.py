"""Pages opened in a real browser, for the tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect


@contextmanager
def opened(
    browser: Browser, address: str, *, width: int = 1200, dark: bool = False, complaints: list[str] | None = None
) -> Iterator[Page]:
    """A page that is loaded and drawn; nothing may be complained of in its console, nor be asked of a network."""
    scheme = "dark" if dark else "light"
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    complaints = [] if complaints is None else complaints
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto(address)
    expect(page.locator("#map-plot svg")).to_be_visible()
    yield page
    context.close()
    assert complaints == []
