"""The note beside a file."""

from pathlib import Path

from sweeprun.results.formats.own_note import has_note, read_note, write_note


def test_a_note_holds_for_the_content_that_it_names(tmp_path: Path) -> None:
    path = tmp_path / "x ü.csv"
    path.write_text("a\n1\n")
    assert not has_note(path)
    write_note(path, {"sweeprun": "1", "run": "r", "title": "not noted"})
    assert {"sweeprun", "run"} <= read_note(path).keys()
    assert "title" not in read_note(path)
    path.write_text("a\n2\n")
    assert read_note(path) == {}
    assert has_note(path)
