"""Files as the values of an axis: which ones patterns match, and how they are called."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Glob, Quote, QuotedString

from sweeprun.config.files import matching_files
from sweeprun.design.values import Files
from sweeprun.errors import OverrideError

Match = Callable[..., Files]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Data of two years, a note, and a directory that is called like a file."""
    base = tmp_path / "my ü [data]"
    for name in ("2024/b.nc", "2023/a.nc", "2023/c d.nc", "2023/notes.txt"):
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(name)
    (base / "2023" / "directory.nc").mkdir()
    return base


@pytest.fixture
def match(folder: Path) -> Match:
    def matched(*include: str, exclude: tuple[str, ...] = (), like: Files | None = None) -> Files:
        return matching_files(
            Glob(include=list(include), exclude=list(exclude)), written="'input=glob(…)'", base=folder, like=like
        )

    return matched


def test_files_are_sorted_and_called_by_what_tells_them_apart(match: Match) -> None:
    files = match("*/*.nc")
    assert files.values == ("2023/a.nc", "2023/c d.nc", "2024/b.nc")
    assert files.labels == ("2023/a", "2023/c d", "2024/b")
    assert (files.root, files.suffix) == ("", ".nc")


def test_labels_leave_out_the_directory_that_all_have_in_common(match: Match) -> None:
    assert match("2023/*.nc").labels == ("a", "c d")
    assert match("2023/*").labels == ("a.nc", "c d.nc", "notes.txt")


def test_a_file_that_two_patterns_match_is_one_value(match: Match) -> None:
    assert match("2023/*.nc", "2023/a*", "2024/b.nc").values == ("2023/a.nc", "2023/c d.nc", "2024/b.nc")


def test_two_asterisks_are_any_directories(match: Match) -> None:
    assert match("**/*.nc").values == match("*/*.nc").values
    assert "2023/notes.txt" in match("**").values


def test_a_pattern_in_quotes_is_its_text(match: Match) -> None:
    quoted = QuotedString("2023/c *.nc", Quote.single)
    assert match(quoted).values == ("2023/c d.nc",)


@pytest.mark.parametrize("pattern", ["c*", "2023/c d.nc", "*d.nc"])
def test_files_are_excluded_by_name_or_path(pattern: str, match: Match) -> None:
    assert match("**/*.nc", exclude=(pattern,)).values == ("2023/a.nc", "2024/b.nc")


def test_an_absolute_pattern_gives_absolute_paths(match: Match, folder: Path) -> None:
    escaped = str(folder).replace("[", "[[]")
    files = match(f"{escaped}/2023/*.nc")
    assert files.values == (f"{folder}/2023/a.nc", f"{folder}/2023/c d.nc")
    assert files.labels == ("a", "c d")


def test_further_files_are_called_like_those_that_are_there(match: Match) -> None:
    known = match("2023/*.nc")
    more = match("**/*.nc", like=known)
    assert dict(zip(more.values, more.labels, strict=True)) == {
        "2023/a.nc": "a",
        "2023/c d.nc": "c d",
        "2024/b.nc": "2024/b.nc",
    }


def test_texts_are_read_as_the_paths(match: Match, folder: Path) -> None:
    odd = ["a,b.nc", " two words .nc", "[1].nc", "{x}.nc", "${lr}.nc", "back\\slash.nc", "lr=(1).nc", "12:30.nc"]
    odd += ["größe.nc", "a'b.nc", '"c".nc', "d;e<f>&g.nc", "~h!.nc", "1", "2.5", "true", "null", "inf"]
    (folder / "odd").mkdir()
    for name in odd:
        (folder / "odd" / name).write_text("")
    files = match("odd/*")
    assert sorted(files.values) == sorted(f"odd/{name}" for name in odd)
    parser = OverridesParser.create()
    assert [parser.parse_override(f"input={text}").value() for text in files.texts] == list(files.values)


@pytest.mark.parametrize(
    ("include", "exclude", "why"),
    [
        ("*.csv", (), r"data\]'$"),
        ("2023/dir*", (), "; 1 other paths match, which are excluded or no files"),
        ("2023/*", ("*",), "; 4 other paths match, which are excluded or no files"),
    ],
)
def test_a_pattern_that_matches_no_file_is_named(
    include: str, exclude: tuple[str, ...], why: str, match: Match
) -> None:
    with pytest.raises(OverrideError, match=rf"^'input=glob\(…\)': no file matches in .*{why}"):
        match(include, exclude=exclude)


@pytest.mark.parametrize("name", ["new\nline.nc", "b\udcffytes.nc"])
def test_a_name_that_no_override_can_hold_is_refused(name: str, match: Match, folder: Path) -> None:
    (folder / name).write_text("")
    with pytest.raises(OverrideError, match="holds what no override can; rename it") as refused:
        match("*.nc")
    assert repr(name) in str(refused.value)


def test_a_link_to_nothing_is_not_left_out_in_silence(match: Match, folder: Path) -> None:
    (folder / "2023" / "gone.nc").symlink_to("nowhere.nc")
    with pytest.raises(OverrideError, match=r"'2023/gone.nc' is a link to nothing; mend or remove it, or exclude it"):
        match("*/*.nc")
    assert len(match("*/*.nc", exclude=("gone.nc",)).values) == 3
