import json
import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.errors import UsageError
from sweeprun.report.html import check_page_path, is_ours, page_html, script_json, write_page
from tests.report.pages import HOSTILE, hostile, page_of_run, two_axes


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_in_a_script_is_the_same_and_ends_nothing(data: object) -> None:
    text = script_json({"data": data, "more": HOSTILE})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"data": data, "more": HOSTILE}


def test_hostile_texts_make_no_elements(tmp_path: Path) -> None:
    html = page_html(page_of_run(hostile(tmp_path / "run")))
    assert html.count("<script") == 3
    assert html.count("</script>") == 3
    own = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert "<img" not in own
    assert "\u202e" not in own
    assert "&lt;img src=x" in own


def test_a_page_names_nothing_that_it_would_load(tmp_path: Path) -> None:
    html = page_html(page_of_run(two_axes(tmp_path / "run")))
    own = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert not re.search(r"""(src|href)\s*=\s*["']?[^"'#]""", own)
    assert "url(" not in own
    assert "@import" not in own
    assert "connect-src 'none'" in unescape(own)


def test_only_our_own_page_is_known_as_ours(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("<html>mine</html>")
    assert not is_ours(path)
    assert write_page(page_html(page_of_run(two_axes(tmp_path / "run"))), path) == path.stat().st_size
    assert is_ours(path)


@pytest.mark.parametrize("name", ["report.pdf", "missing/report.html", "directory.html"])
def test_a_path_that_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "directory.html").mkdir()
    with pytest.raises(UsageError, match="can't write"):
        check_page_path(tmp_path / name)
