"""What pictures and their tables say, as they are drawn by a real browser: nothing that isn't so."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.report.opening import opened
from tests.report.pages import one_axis, two_axes, written
from tests.results.runs import count_axis, make_run, success, write_shard

_DRAWN = """() => {
    const plot = document.getElementById("picture-plot");
    const all = (selector) => [...plot.querySelectorAll(selector)];
    const middle = (one) => { const box = one.getBoundingClientRect(); return box.top + box.height / 2; };
    const number = (text) => text.replace(/,/g, "").replace("\\u2212", "-");
    const labels = all(".role-axis-label text[text-anchor=end]").filter((one) => one.getAttribute("opacity") !== "0");
    return { ticks: labels.map((one) => [number(one.textContent), middle(one)]),
             points: all("g.mark-symbol.role-mark path").map(middle) };
}"""
"""The ticks of the axis upward, as text and height; the heights of the points."""


def single(tmp_path: Path, values: list[Any]) -> str:
    """The page of a run of one task for each value, without members."""
    return written(tmp_path / "report.html", one_axis(tmp_path / "run", [{"y": value} for value in values])).as_uri()


def table(page: Page) -> list[list[str]]:
    """The numbers of the picture."""
    details = page.locator("#picture-numbers")
    if details.get_attribute("open") is None:
        details.locator("summary").press("Enter")
    expect(details.locator("tbody tr")).not_to_have_count(0)
    return [row.locator("td").all_inner_texts() for row in details.locator("tbody tr").all()]


@pytest.mark.parametrize(
    "values",
    [
        [22.5],
        [0.12573022109339262],
        [22.5, 22.5, 22.5],
        [0.0, 0.0],
        [-4.5e300, 2e300, 1e299],
        [3e-300, 1e-300],
        [1e9, 1e9 + 1e-3, 1e9 + 2e-3],
        [300000.0 + i * 0.1 for i in range(8)],
        [12345678.25, 12345679.75],
        [0.0, 3e8, 1e9],
        [-7, 3, 100000],
        [1e-5, 1.00001e-5],
        [True, False, True],
        [2**62, 2**62 + 2**52],
    ],
    ids=str,
)
def test_points_stand_where_the_ticks_say(browser: Browser, tmp_path: Path, values: list[Any]) -> None:
    with opened(browser, single(tmp_path, values)) as page:
        for picture in ("lines", "single tasks") if len(values) > 1 else ("single tasks",):
            page.select_option("#choose-picture", label=picture)
            expect(page.locator("#picture-plot g.mark-symbol.role-mark path")).to_have_count(len(values))
            seen = page.evaluate(_DRAWN)
            told = np.array([float(text) for text, _ in seen["ticks"]])
            heights = np.array([height for _, height in seen["ticks"]])
            if len(set(values)) == 1:
                np.testing.assert_allclose(told, values[:1], rtol=1e-14)
                np.testing.assert_allclose(seen["points"], heights[0], atol=3)
            else:
                assert len(set(told)) == len(told) > 1
                first, last = told[0], told[-1]
                at = (np.array(values, float) - first) / (last - first) * (heights[-1] - heights[0]) + heights[0]
                np.testing.assert_allclose(seen["points"], at, atol=4)


@pytest.mark.parametrize(("value", "tick"), [(22.5, "22.5"), (3, "3"), (0.12573022109339262, "0.125730221093393")])
@pytest.mark.parametrize("width", [390, 1200])
def test_a_single_value_is_a_bar_at_its_value(
    browser: Browser, tmp_path: Path, value: float, tick: str, width: int
) -> None:
    run = make_run(tmp_path / "run")
    write_shard(run, "0.0-a", [success(0, {"y": value})])
    with opened(browser, written(tmp_path / "report.html", run).as_uri(), width=width) as page:
        expect(page.locator("#choose-picture")).to_have_value("histogram")
        expect(page.locator("#picture-caption")).to_contain_text(f"all values are {value}")
        ticks = page.locator("#picture-plot .role-axis-label text[text-anchor=middle]")
        assert ticks.all_text_contents() == [tick]
        counts = page.locator("#picture-plot .role-axis-label text[text-anchor=end]")
        assert counts.all_text_contents() == ["0", "1"]
        bar = page.locator("#picture-plot g.mark-rect.role-mark path").bounding_box()
        label = ticks.bounding_box()
        assert bar is not None
        assert label is not None
        assert bar["width"] > 50
        assert abs(bar["x"] + bar["width"] / 2 - label["x"] - label["width"] / 2) < 3


@pytest.mark.parametrize(
    "values", [[2**62 + i for i in range(5)], [1e9 + i * 1e-3 for i in range(5)], [0.1, 1 / 3, 1e-300]], ids=str
)
def test_numbers_are_listed_with_all_their_digits(browser: Browser, tmp_path: Path, values: list[Any]) -> None:
    with opened(browser, single(tmp_path, values)) as page:
        for picture in ("lines", "single tasks"):
            page.select_option("#choose-picture", label=picture)
            assert [type(values[0])(row[-1]) for row in table(page)] == values


def test_lines_and_bands_break_where_there_is_no_value(browser: Browser, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 8), count_axis("member", 2))
    known = [x for x in range(8) if x not in (2, 4)]
    write_shard(run, "0.0-a", [success(2 * x + m, {"y": float(x * x + m)}) for x in known for m in (0, 1)])
    with opened(browser, written(tmp_path / "report.html", run).as_uri()) as page:
        paths = [page.locator(f"#picture-plot g.mark-{kind}.role-mark path") for kind in ("line", "area")]
        expect(paths[0]).to_have_count(1)
        line, area = (path.get_attribute("d") or "" for path in paths)
        assert (line.count("M"), line.count("L")) == (3, 3)  # 0 to 1, 3 alone, 5 to 6 to 7
        assert area.count("M") == 3
        expect(page.locator("#picture-plot g.mark-symbol.role-mark path")).to_have_count(6)
        expect(page.locator("#picture-plot g.mark-rule.role-mark line")).to_have_count(1)  # the interval at 3
        expect(page.locator("#picture-caption")).to_contain_text("2 of 8 points have no value")


def test_a_point_alone_on_a_long_line_is_seen(browser: Browser, tmp_path: Path) -> None:
    values = [np.nan if i in (400, 402) else i / 7 for i in range(500)]
    with opened(browser, single(tmp_path, values)) as page:
        points = page.locator("#picture-plot g.mark-symbol.role-mark path")
        expect(points).to_have_count(498)
        shown = page.evaluate(
            "[...document.querySelectorAll('#picture-plot g.mark-symbol.role-mark path')]"
            ".map((one) => one.getAttribute('opacity')).filter((one) => one !== '0')"
        )
        assert shown == ["1"]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([np.nan, np.nan, np.inf], "there is no number to draw"),
        ([-1.7e308, 1.7e308, np.inf], "the numbers lie too far apart for a picture"),
    ],
    ids=["none", "far"],
)
def test_what_can_not_be_drawn_is_told(browser: Browser, tmp_path: Path, values: list[float], why: str) -> None:
    run = one_axis(tmp_path / "run", [{"good": 1.0 + i, "y": value} for i, value in enumerate(values)])
    with opened(browser, written(tmp_path / "report.html", run).as_uri()) as page:
        page.select_option("#choose-output", label="y")
        for place in range(page.locator("#choose-picture option").count()):
            page.locator("#choose-picture").select_option(index=place)
            expect(page.locator("#picture-plot")).to_have_text(f"No picture: {why}.")
        page.select_option("#choose-output", label="good")
        expect(page.locator("#picture-plot svg")).to_be_visible()


def test_without_members_there_is_no_interval(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, single(tmp_path, [float(i) ** 2 for i in range(2000)])) as page:
        caption = page.locator("#picture-caption")
        expect(caption).to_contain_text(
            "mean, with the least and the greatest of 2 values of x (no independent members, so no"
        )
        expect(caption).to_contain_text("2 neighbours are averaged into one point")
        assert page.locator("#choose-statistic option").all_inner_texts() == [
            "mean, least to greatest",
            "median, 5 % to 95 %",
            "number of values",
        ]
        assert table(page)[1] == ["2 … 3", "6.5", "4", "9", "2"]


def test_an_interval_over_axes_says_that_it_comes_from_members(browser: Browser, tmp_path: Path) -> None:
    address = written(tmp_path / "report.html", two_axes(tmp_path / "run")).as_uri()
    with opened(browser, address) as page:
        page.select_option("#choose-picture", label="lines")
        page.select_option("#choose-x", label="lr")
        page.select_option("#choose-y", label="one line")
        caption = page.locator("#picture-caption")
        expect(caption).to_contain_text(
            "(Student), from how the values of member differ, over 19 to 20 values of member"
        )
        page.select_option("#choose-statistic", label="standard error of the mean")
        page.select_option("#choose-at-1", label="= 2")
        expect(caption).to_contain_text("standard error of the mean over 5 values of member; depth = 2")
