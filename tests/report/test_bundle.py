"""The charting library; making it takes a second, once for all tests of a process that show pages."""

import re

from sweeprun.report.bundle import chart_library


def test_the_charting_library_is_one_classic_script_that_is_made_once() -> None:
    library = chart_library()
    assert "window.vegaEmbed" in library
    assert not re.search(r"(^|[;\n}])\s*(import|export)\b", library)  # a script in a page has no modules
    assert chart_library() is library


def test_nothing_is_loaded_from_elsewhere() -> None:
    library = chart_library()
    assert "<script" not in library
    assert "cdn." not in library
