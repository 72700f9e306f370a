"""Names for dimensions of results, as they are given: what can be names, and what can't."""

from typing import Any

import pytest

from sweeprun.design.result_dims import check_coords, checked_dims, dims_from_json, is_of_numbers, named
from sweeprun.errors import OverrideError


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        ({"curves": ["trial", "time"]}, {"curves": ("trial", "time")}),
        ({"curve": "größe"}, {"curve": ("größe",)}),
        ({"one": []}, {"one": ()}),
        ({"time": ["time"]}, {"time": ("time",)}),
        ({"x": ["growth rate"]}, {"x": ("growth rate",)}),
        ({"fit": {"curve": ["x"], "deep": {"y": "t"}}}, {"fit.curve": ("x",), "fit.deep.y": ("t",)}),
        ({"val/acc": ["epoch"], 7: ["k"]}, {"val.acc": ("epoch",), "7": ("k",)}),
    ],
)  # fmt: skip
def test_results_have_names_for_their_dimensions(given: Any, expected: dict[str, tuple[str, ...]]) -> None:
    dims = checked_dims(given, {"lr"})
    assert dims == expected
    assert dims_from_json({name: list(own) for name, own in dims.items()}) == dims


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["time"], r"dims is \['time'\]; write the results"),
        ("time", "dims is 'time'; write the results"),
        ({"x": 3}, "dims.x is 3; give the names"),
        ({"x": None}, r"dims.x is empty; give the names of its dimensions, such as \[trial, time\]"),
        ({"f": {"x": None}}, "dims.f.x is empty"),
        ({"x": "a b c"}, r"dims.x is one name with spaces; write \[a, b, c\], or \['a b c'\] if it is the name"),
        ({"x": "a, b"}, r"write \[a, b\]"),
        ({"x": ["a", "x"]}, "dims.x has the name of the result itself; give that dimension another name"),
        ({"f": {"x": ["f.x", "a"]}}, "dims.f.x has the name of the result itself"),
        ({"x": ["a", 3]}, "dims.x has 3; the names of dimensions are texts"),
        ({"x": ["a", "lr"]}, "dims.x has 'lr', which is an axis of this sweep"),
        ({"x": ["a", "b", "a"]}, "dims.x has a name twice: a, b, a"),
        ({"x": [" "]}, "dims.x has ' '; a dimension has a name"),
        ({"f": {"x": ["a/b"]}}, "dims.f.x has 'a/b'.*without slashes"),
        ({"f/x": ["a"], "f": {"x": ["a"]}}, "dims has 'f.x' twice"),
    ],
)
def test_what_can_not_be_names_is_refused(given: Any, match: str) -> None:
    with pytest.raises(OverrideError, match=match) as raised:
        checked_dims(given, {"lr"})
    assert raised.value.exit_code == 2


def test_labels_are_those_of_named_dimensions() -> None:
    dims = checked_dims({"x": ["trial", "time"], "y": ["time", "k"]}, ())
    assert named(dims) == ["trial", "time", "k"]
    assert check_coords({"time": [1]}, dims) == {"time": [1]}
    assert check_coords(None, dims) == {}
    with pytest.raises(OverrideError, match="did you mean 'time'"):
        check_coords({"tme": [1]}, dims)
    with pytest.raises(OverrideError, match="there are: trial, time, k"):
        check_coords({"space": [1]}, dims)
    with pytest.raises(OverrideError, match="there are: none"):
        check_coords({"time": [1]}, {})
    with pytest.raises(OverrideError, match=r"coords is \[1\]"):
        check_coords([1], dims)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (3, True), ([64, 128], True), ({"hidden": 64, "latent": [8, 8]}, True), (None, True), (2.5, True), ({}, True),
        ("time", False), (["time"], False), ({"x": ["time"]}, False), ({"x": 3, "y": "time"}, False),
        ({"x": None}, False), ({"f": {"x": None}}, False), ({"hidden": 64, "latent": None}, True), ({"f": {}}, True),
    ],
)  # fmt: skip
def test_numbers_alone_are_no_names(given: Any, expected: bool) -> None:
    assert is_of_numbers(given) is expected


@pytest.mark.parametrize("data", [[], {"x": "time"}, {"x": [3]}, {3: ["x"]}, 5])
def test_a_malformed_manifest_has_none(data: Any) -> None:
    with pytest.raises(TypeError):
        dims_from_json(data)
