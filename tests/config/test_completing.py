"""What Hydra's configs propose for an override that is being typed."""

from pathlib import Path

import pytest

from sweeprun.config.completing import Overrides, complete_override
from sweeprun.errors import ConfigError

_CONFIG = """\
defaults:
  - db: mysql
  - _self_
lr: 0.1
name: hello world
place: größe
number_in_text: '007'
flag: true
nothing: null
missing: ???
opti: {momentum: 0.9, lr: 0.001}
list: [1, 2]
linked: ${opti.lr}
unknown: ${nowhere:x}
long: XXXX
"""


@pytest.fixture(autouse=True)
def _configs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for group, option, content in (
        ("db", "mysql", "port: 1"),
        ("db", "postgres", "port: 2\nsocket: x"),
        ("db", "größe", "port: 3"),
        ("deep/er", "one", "x: 1"),
        ("hydra/launcher", "cluster", "defaults: [slurm]"),
    ):
        (tmp_path / "conf" / group).mkdir(parents=True, exist_ok=True)
        (tmp_path / "conf" / group / f"{option}.yaml").write_text(content + "\n")
    (tmp_path / "conf" / "config.yaml").write_text(_CONFIG.replace("XXXX", "x" * 999))
    (tmp_path / "other" / "model").mkdir(parents=True)
    (tmp_path / "other" / "main.yaml").write_text("width: 3\n")
    (tmp_path / "other" / "model" / "cnn.yaml").write_text("depth: 3\n")


_WITH_P = ("PCG64", "PCG64DXSM", "Philox")


def _complete(current: str, *words: str, **source: str) -> list[str]:
    return list(complete_override(Overrides(words=words, **source), current))


@pytest.mark.parametrize(
    ("words", "current", "expected"),
    [
        ([], "l", ["lr=", "list=", "linked=", "long="]),
        ([], "opti.", ["opti.momentum=", "opti.lr="]),
        ([], "db", ["db=", "db."]),
        ([], "db=", ["db='größe'", "db=mysql", "db=postgres"]),
        ([], "db=mysql,", ["db=mysql,'größe'", "db=mysql,postgres"]),
        ([], "+db=", ["+db='größe'", "+db=mysql", "+db=postgres"]),
        ([], "db.", ["db.port="]),
        (["db=postgres"], "db.", ["db.port=", "db.socket="]),
        (["db=postgres,mysql", "lr=range(3)", "opti.lr=interval(0,1)"], "db.", ["db.port=", "db.socket="]),
        (["zip(lr=choice(1,2),name=choice(a,b))"], "opti.m", ["opti.momentum="]),
        (["lr=[", "nonsense"], "opti.m", ["opti.momentum="]),
        ([], "deep/", ["deep/er="]),
        ([], "+deep/er=", ["+deep/er=one"]),
        ([], "~n", ["~name", "~number_in_text", "~nothing"]),
        ([], "++opti.m", ["++opti.momentum="]),
        ([], "lr=", ["lr=0.1"]),
        ([], "name=", ["name=hello world"]),
        ([], "place=", ["place='größe'"]),
        ([], "number_in_text=", ["number_in_text='007'"]),
        ([], "flag=", ["flag=true", "flag=false"]),
        ([], "nothing=", []),
        ([], "missing=", []),
        ([], "opti=", []),
        ([], "list=", []),
        ([], "long=", []),
        ([], "nowhere=", []),
        ([], "lr.", []),
        ([], "nowhere.", []),
        ([], "unknown.", []),
        ([], "hydra.launcher.th", ["hydra.launcher.throttle="]),
        (["hydra/launcher=cluster"], "hydra.launcher.sb", ["hydra.launcher.sbatch."]),
        ([], "hydra.sweeper.me", ["hydra.sweeper.members="]),
        ([], "hydra.sweeper.bit_generator=P", [f"hydra.sweeper.bit_generator={name}" for name in _WITH_P]),
    ],
)
def test_overrides(words: list[str], current: str, expected: list[str]) -> None:
    assert [text for text in _complete(current, *words) if text.startswith(current)] == expected


def test_all_launchers_are_proposed_those_of_plugins_too() -> None:
    names = ("basic", "cluster", "local", "slurm", "sweeprun_local", "sweeprun_slurm")
    assert {f"hydra/launcher={name}" for name in names} <= set(_complete("hydra/launcher="))


def test_an_interpolation_is_proposed_as_it_stands() -> None:
    assert _complete("linked=") == ["linked='${opti.lr}'"]


def test_values_are_told_beside_keys() -> None:
    found = complete_override(Overrides(), "")
    assert (found["lr="], found["nothing="], found["flag="], found["long="]) == ("0.1", "null", "true", "")
    assert found["db="] == "config group"
    assert [text for text in found if text.startswith("hydra")] == list(found)[-2:]


def test_configs_from_elsewhere() -> None:
    assert "width=" in _complete("w", path="other", name="main")
    assert "model=cnn" in _complete("model=", extra="other")
    assert "width=" in _complete("w", extra="other", name="main")


def test_what_cannot_be_composed_is_an_error() -> None:
    with pytest.raises(ConfigError):
        _complete("l", extra="nowhere")
