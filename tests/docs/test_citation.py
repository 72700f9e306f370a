"""CITATION.cff is valid, and says what the package says."""

import json
import tomllib
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
import yaml

import sweeprun
from tests.docs.conftest import ROOT

SCHEMA = Path(__file__).parent / "data" / "cff-1.2.0.json"


@pytest.fixture(scope="module")
def citation() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def validate() -> Any:
    return fastjsonschema.compile(json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_it_is_valid(citation: dict[str, Any], validate: Any) -> None:
    validate(citation)


@pytest.mark.parametrize("change", [{"version": None}, {"authors": []}, {"licence": "BSD-3-Clause"}])
def test_what_is_not_valid_is_found(citation: dict[str, Any], validate: Any, change: dict[str, Any]) -> None:
    with pytest.raises(fastjsonschema.JsonSchemaValueException):
        validate(citation | change)


def test_it_says_what_the_package_says(citation: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["version"] == project["version"] == sweeprun.__version__
    assert (citation["title"], citation["license"]) == (project["name"], project["license"])
    assert citation["authors"] == project["authors"]
    assert citation["keywords"] == project["keywords"]
