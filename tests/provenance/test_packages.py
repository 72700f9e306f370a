"""The installed packages, as the names of their metadata say."""

import sys
from pathlib import Path

import numpy as np
import pytest

from sweeprun.provenance.packages import installed_packages, packages_of, with_requirements


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place that packages are looked for in."""
    site = tmp_path / "sïte packages"
    site.mkdir()
    monkeypatch.setattr(sys, "path", [str(site)])
    return site


def install(site: Path, metadata: str, **files: str) -> None:
    (site / metadata).mkdir(parents=True)
    for name, content in files.items():
        (site / metadata / name.replace("_txt", ".txt")).write_text(content)


def test_names_are_normalised_and_sorted(site: Path) -> None:
    for metadata in ("Zope.Interface-7.1.dist-info", "a__b-1.0rc1.dist-info", "old-2.egg-info", "e-3-py3.11.egg-info"):
        install(site, metadata)
    (site / "no_metadata").mkdir()
    (site / "single.egg-info").mkdir()
    found = installed_packages()
    assert found == {"a-b": "1.0rc1", "e": "3", "old": "2", "zope-interface": "7.1"}
    assert list(found) == sorted(found)


def test_places_that_are_no_directories_are_passed_over(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "thing-1.0.dist-info")
    (tmp_path / "python311.zip").touch()
    places = [tmp_path / "gone", tmp_path / "python311.zip", site]
    monkeypatch.setattr(sys, "path", [str(place) for place in places])
    assert installed_packages() == {"thing": "1.0"}
    assert packages_of(["thing"]) == {"thing"}


def test_modules_are_found_by_the_list_of_top_level_names_first(site: Path) -> None:
    install(site, "PyYAML-6.dist-info", top_level_txt="_yaml\nyaml\n", RECORD="")
    install(site, "some_thing-1.dist-info", RECORD="")
    install(site, "scikit_learn-1.dist-info", RECORD="sklearn/__init__.py,,\nsingle.py,,\n")
    assert packages_of(["yaml"]) == {"pyyaml"}
    assert packages_of(["some_thing"]) == {"some-thing"}
    assert packages_of(["sklearn"]) == packages_of(["single"]) == {"scikit-learn"}
    assert packages_of(["yaml", "sklearn", "some_thing"]) == {"pyyaml", "scikit-learn", "some-thing"}


@pytest.mark.parametrize("module", ["sklear", "klearn", "sk.earn", "__init__", "nothing"])
def test_a_module_of_no_package_is_passed_over(site: Path, module: str) -> None:
    install(site, "scikit_learn-1.dist-info", RECORD="sklearn/__init__.py,,\n")
    assert packages_of([module]) == set()


def test_installed_packages_have_the_versions_that_they_say() -> None:
    packages = installed_packages()
    assert packages["numpy"] == np.__version__
    assert packages["hydra-core"]


def test_modules_are_of_the_packages_that_hold_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    (tmp_path / "some_thing-1.5.dist-info").mkdir()
    (tmp_path / "some_thing-1.5.dist-info" / "RECORD").write_text("other_name/__init__.py,,\n")
    assert packages_of(["numpy", "yaml", "other_name", "nonsense"]) == {"numpy", "pyyaml", "some-thing"}
    assert installed_packages()["some-thing"] == "1.5"


def test_the_first_place_on_the_path_counts_as_for_imports(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "thing-1.0.dist-info")
    install(tmp_path / "other", "thing-2.0.dist-info")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "other"), str(site)])
    assert installed_packages() == {"thing": "2.0"}
    monkeypatch.setattr(sys, "path", [str(site), str(tmp_path / "other")])
    assert installed_packages() == {"thing": "1.0"}


def test_metadata_that_is_no_utf_8_stops_nothing(site: Path) -> None:
    install(site, "odd-1.0.dist-info")
    (site / "odd-1.0.dist-info" / "top_level.txt").write_bytes(b"\xffodd\nodd\n")
    assert packages_of(["odd"]) == {"odd"}


def test_what_packages_require_comes_with_them(site: Path) -> None:
    requires = """Name: top
Requires-Dist: Some.Thing>=1 ; python_version >= "3.8"
Requires-Dist: not_there
Requires-Dist: optional[x] ; extra == 'all'
Requires-Dist: round (>=2)

Requires-Dist: of_the_description
"""
    install(site, "top-1.dist-info", METADATA=requires)
    install(site, "some_thing-1.dist-info", METADATA="Requires-Dist: deep\n")
    install(site, "round-1.dist-info", METADATA="Requires-Dist: top\n")
    for name in ("deep", "optional", "of_the_description", "other"):
        install(site, f"{name}-1.dist-info")
    assert with_requirements(["top"]) == {"top", "some-thing", "round", "deep"}
    assert with_requirements(["deep", "unknown"]) == {"deep", "unknown"}
    assert with_requirements([]) == set()
