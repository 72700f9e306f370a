"""What every format says of itself, and refuses."""

from pathlib import Path

import pytest

from sweeprun.errors import UsageError
from sweeprun.results.formats.all_formats import FORMATS, TABLE_FORMATS
from sweeprun.results.formats.output_format import OutputFormat, WriteOptions, read_regular

each_format = pytest.mark.parametrize("own", FORMATS, ids=lambda own: own.suffix)


@each_format
def test_a_path_that_cannot_be_written_is_refused(own: OutputFormat, tmp_path: Path) -> None:
    own.check(tmp_path / f"x{own.suffix}")
    with pytest.raises(UsageError, match="there is no directory"):
        own.check(tmp_path / "none" / f"x{own.suffix}")
    (tmp_path / f"y{own.suffix}").mkdir()
    with pytest.raises(UsageError, match=r"it is a directory|no Zarr store"):
        own.check(tmp_path / f"y{own.suffix}")


@each_format
@pytest.mark.parametrize("tolerance", [-1.0, float("nan"), float("inf")])
def test_a_tolerance_is_a_distance(own: OutputFormat, tolerance: float) -> None:
    with pytest.raises(UsageError, match="it should be a distance between labels"):
        own.check_options(Path(f"x{own.suffix}"), WriteOptions(tolerance=tolerance))


@each_format
def test_options_of_other_formats_are_refused(own: OutputFormat) -> None:
    options = {
        r"no \.csv": WriteOptions(csv_safe=True),
        "Zarr format 2": WriteOptions(zarr_format=2),
        "a tolerance changes nothing": WriteOptions(tolerance=0.1),
    }
    refused = []
    for message, option in options.items():
        try:
            own.check_options(Path(f"x{own.suffix}"), option)
        except UsageError as error:
            refused.append(message)
            with pytest.raises(UsageError, match=message):
                raise error
    expected = [] if own.is_for_spreadsheets else [r"no \.csv"]
    expected += [] if 2 in own.zarr_formats else ["Zarr format 2"]
    assert refused == expected + (["a tolerance changes nothing"] if own in TABLE_FORMATS else [])


@each_format
def test_what_is_no_file_of_the_format_says_nothing_of_itself(own: OutputFormat, tmp_path: Path) -> None:
    path = tmp_path / f"x{own.suffix}"
    path.write_text("no")
    try:
        found = own.attributes(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError):
        return
    assert found == {}


def test_only_a_regular_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"1")
    assert read_regular(tmp_path / "x") == b"1"
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path)
