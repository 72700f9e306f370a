"""How a store is known to be ours."""

import json

import pytest

from sweeprun.results.formats.own_group import OWN_GROUP, attributes_of_store

OURS = {"sweeprun": "1", "run": "ü"}


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"zarr.json": {"attributes": OURS}}, OURS),
        ({".zattrs": OURS}, OURS),
        ({"zarr.json": {"attributes": {}}, f"{OWN_GROUP}/zarr.json": {"attributes": OURS}}, OURS),
        ({"zarr.json": [], ".zattrs": 3}, {}),
        ({"zarr.json": {"attributes": {"title": "theirs"}}}, {}),
        ({}, {}),
    ],
)
def test_a_store_says_whose_it_is(files: dict[str, object], found: dict[str, str]) -> None:
    def read(key: str) -> bytes:
        if key not in files:
            raise FileNotFoundError(key)
        return json.dumps(files[key]).encode()

    assert attributes_of_store(read) == found
