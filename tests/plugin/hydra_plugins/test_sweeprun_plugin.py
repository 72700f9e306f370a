"""What Hydra finds of sweeprun in any application, and what it leaves as it is."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra_plugins.sweeprun_plugin import Grammar
from omegaconf.errors import ValidationError

from tests.command_line import runner

LOCAL = "hydra/launcher=sweeprun_local"
Collect = Callable[[], xr.Dataset]


@pytest.mark.usefixtures("as_in_an_application")
def test_hydra_discovers_the_plugins() -> None:
    assert {"LocalLauncher", "SlurmLauncher"} <= {found.__name__ for found in Plugins.instance().discover(Launcher)}
    assert "SweeprunSweeper" in {found.__name__ for found in Plugins.instance().discover(Sweeper)}


_GRAMMAR = """
import hydra
from hydra.core.override_parser.overrides_parser import OverridesParser

of_hydra = OverridesParser.create


@hydra.main(version_base="1.3", config_path=None)
def main(cfg):
    print("Hydra's own" if OverridesParser.create == of_hydra else "with sweeprun's functions")


if __name__ == "__main__":
    main()
"""


def test_an_application_without_our_plugins_keeps_hydras_grammar(app: Path) -> None:
    (app / "other.py").write_text(_GRAMMAR)
    other = runner(app, "other.py")
    assert other("+x=1", "+y='f(2)'").stdout == "Hydra's own\n"
    assert other("-m", "+x=range(2)").stdout.count("Hydra's own\n") == 2
    assert "normal" in other("-m", "+x=normal(0,1)", "hydra/sweeper=basic", code=1).stderr
    assert other("+x=1", LOCAL).stdout == "with sweeprun's functions\n"


def test_a_config_that_chooses_our_sweeper_takes_our_functions(app: Path, collect: Collect) -> None:
    (app / "conf" / "config.yaml").write_text(
        "defaults: [schema, db: mysql, _self_, override hydra/sweeper: sweeprun, "
        "override hydra/launcher: sweeprun_local]\n"
    )
    runner(app, "train.py")("-m", "opt.lr=normal(0,1)", "hydra.sweeper.sample.n=3")
    assert dict(collect().sizes) == {"sample": 3}


@pytest.mark.parametrize(
    ("words", "ours"),
    [
        (["-m", "lr=1,2"], False),
        (["-m", "lr=1,2", "hydra/launcher=sweeprun_local"], True),
        (["-m", "lr=normal(0,1)"], True),
        (["-m", "lr=normal(0,1)", "hydra/sweeper=basic"], False),
    ],
)
def test_the_grammar_is_extended_where_the_command_line_needs_it(
    words: list[str], ours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_hydra() -> None:
        raise AssertionError("nothing is parsed here")

    path = ConfigSearchPathImpl()
    monkeypatch.setattr(OverridesParser, "create", of_hydra)
    monkeypatch.setattr(sys, "argv", ["train.py", *words])
    Grammar().manipulate_search_path(path)
    assert (OverridesParser.create is not of_hydra) is ours
    assert [one.path for one in path.get_path()] == ["sweeprun://"]


@pytest.mark.usefixtures("as_in_an_application")
@pytest.mark.parametrize("name", ["sweeprun_local", "sweeprun_slurm"])
def test_options_of_a_launcher_are_checked_by_hydra(name: str) -> None:
    node = ConfigStore.instance().load(f"hydra/launcher/{name}.yaml").node
    assert node._target_.startswith("hydra_plugins.sweeprun_plugin.")
    assert "throttle" in node
    node.throttle = 3
    with pytest.raises(ValidationError, match="many"):
        node.throttle = "many"


def test_importing_it_is_quick() -> None:
    script = (
        "import sys\nimport hydra_plugins.sweeprun_plugin\n"
        "heavy = ('numpy', 'xarray', 'pandas', 'pyarrow', 'rich', 'sweeprun.config.schema', 'sweeprun.launchers')\n"
        "sys.exit(any(m in sys.modules for m in heavy))\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
