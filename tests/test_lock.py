"""The lock: every version has hashes, and what pyproject.toml asks for is in it."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT = Path(__file__).parents[1]
_LOCKS = ("requirements.lock", "tests/s3_server.lock")
_PARTS = ("build", "run", "test")


def blocks(text: str) -> list[tuple[Requirement, list[str]]]:
    """Each requirement of a lock, and its hashes."""
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(Requirement(line.split(" --hash=")[0]), line.split(" --hash=")[1:]) for line in lines]


def part(name: str) -> list[Requirement]:
    """The requirements of a part of the lock, as scripts/bootstrap.sh finds them."""
    text = (_ROOT / "requirements.lock").read_text()
    found = re.search(rf"^# {name}: .*?\n(.*?)(?=^# |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return [requirement for requirement, _ in blocks(found[1])]


@pytest.mark.parametrize("lock", _LOCKS)
def test_every_requirement_is_one_version_with_hashes(lock: str) -> None:
    found = blocks((_ROOT / lock).read_text())
    assert len(found) > 20
    for requirement, hashes in found:
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", one) for one in hashes), requirement


def test_no_package_is_in_two_parts() -> None:
    names = [canonicalize_name(one.name) for name in _PARTS for one in part(name)]
    assert len(set(names)) == len(names) == len(blocks((_ROOT / "requirements.lock").read_text()))


def test_what_pyproject_asks_for_is_in_its_part() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    asked = {
        "build": project["build-system"]["requires"],
        "run": [*project["project"]["dependencies"], *extras["experiments"]],
        "test": [text for name in extras for text in extras[name]],
    }
    locked = {}
    for name in _PARTS:
        locked |= {canonicalize_name(one.name): one.specifier for one in part(name)}
        for requirement in map(Requirement, asked[name]):
            (pinned,) = locked[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(pinned.version, prereleases=True), requirement
