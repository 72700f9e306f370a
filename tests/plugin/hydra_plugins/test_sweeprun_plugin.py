"""What Hydra finds of sweeprun in any application, and what it leaves as it is."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr
from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper

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
