"""Zipped axes, samples, files as an axis, and points that are left out, from the command line to the Dataset."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy import stats
from scipy.stats import qmc

from sweeprun.design.streams import DESIGN_KEY
from tests.command_line import Run

SOBOL = "hydra.sweeper.sample={n: 8, seed: 5}"


@pytest.fixture
def designs(study: Path) -> Path:
    """The study, with a config group and a task function that says what it was given."""
    (study / "conf" / "model").mkdir()
    (study / "conf" / "model" / "mlp.yaml").write_text("width: 3\n")
    (study / "conf" / "model" / "cnn.yaml").write_text("kernel: 5\n")
    (study / "conf" / "config.yaml").write_text(
        "defaults: [_self_, model: mlp]\ntask: said.say\nlr: 0.1\nbatch: 32\nopt: {wd: 0.0}\ninput: null\n"
    )
    (study / "said.py").write_text(
        "from pathlib import Path\n\n\ndef say(cfg, rng):\n"
        "    size = len(Path(cfg.input).read_text()) if cfg.input else 0\n"
        "    kernel = cfg.model.get('kernel', 0)\n"
        "    return dict(seen=cfg.lr * 1000 + cfg.batch, wd=cfg.opt.wd, kernel=kernel, size=size, draw=rng.random())\n"
    )
    (study / "data").mkdir()
    for name, text in (("a", "1"), ("b", "22"), ("c", "333")):
        (study / "data" / f"run_{name}.txt").write_text(text)
    return study


def collected(run: Run, study: Path, at: str = "one") -> xr.Dataset:
    run("collect", at)
    with xr.open_dataset(study / "results.nc") as dataset:
        return dataset.load()


def test_zipped_axes_are_one_dimension_times_the_members(run: Run, designs: Path) -> None:
    run("-m", "zip(lr=choice(0.1,0.2,0.1),batch=[1,2,3])", "hydra.sweeper.members=2", "hydra.sweep.dir=one")
    dataset = collected(run, designs)
    assert dict(dataset.sizes) == {"sample": 3, "member": 2}
    assert dataset.sample.values.tolist() == [0, 1, 2]
    assert dataset.lr.dims == dataset.batch.dims == ("sample",)
    assert dataset.lr.values.tolist() == [0.1, 0.2, 0.1]
    assert dataset.seen.values.tolist() == [[101.0, 101.0], [202.0, 202.0], [103.0, 103.0]]
    assert dataset.draw.values.reshape(-1).tolist() == [np.random.default_rng(i).random() for i in range(6)]


def test_zips_have_names_and_choose_config_groups(run: Run, designs: Path) -> None:
    run(
        "-m",
        "p=zip(model=choice(mlp,cnn,mlp),lr=choice(1,2,3))",
        "zip('batch=1,2','opt.wd=0.5,0.25')",
        "hydra.sweep.dir=one",
    )
    shown = json.loads(run("show", "one", "--json").stdout)
    assert shown["moving together"] == {"p": "model, lr", "sample": "batch, opt.wd"}
    before = collected(run, designs)
    assert before.kernel.values.tolist() == [[0, 0], [5, 5], [0, 0]]
    assert before.wd.values.tolist() == [[0.5, 0.25]] * 3
    assert "2 new tasks: 6-7" in run("extend", "one", "p=zip(model=choice(cnn,cnn),lr=choice(2,4))").stderr
    after = collected(run, designs)
    assert after.model.values.tolist() == ["mlp", "cnn", "mlp", "cnn"]
    assert after.lr.values.tolist() == [1, 2, 3, 4]
    assert after.kernel.values.tolist() == [[0, 0], [5, 5], [0, 0], [5, 5]]
    xr.testing.assert_identical(after.isel(p=slice(3)).drop_attrs(), before.drop_attrs())
    assert "equal to the bit" in run("replay", "one", "p=3", "sample=1").stdout
    assert "task 7" in run("replay", "one", "lr=4", "batch=2").stderr


def test_zips_are_written_in_the_config_too(run: Run, designs: Path) -> None:
    with (designs / "conf" / "config.yaml").open("a") as file:
        file.write('hydra: {sweeper: {params: {pair: "zip(lr=choice(1,2),batch=choice(3,4))"}}}\n')
    run("-m", "hydra.sweep.dir=one")
    assert collected(run, designs).seen.values.tolist() == [1003, 2004]


def test_a_sample_goes_on_and_is_what_scipy_draws(run: Run, designs: Path) -> None:
    words = ("lr=tag(log,interval(1e-4,1e-1))", "batch=1,2", "opt.wd=gamma(2,scale=3)", SOBOL)
    run("-m", *words, "hydra.sweep.dir=one")
    before = collected(run, designs)
    assert dict(before.sizes) == {"sample": 8, "batch": 2}
    assert "16 new tasks: 16-31" in run("extend", "one", "hydra.sweeper.sample.n=16").stderr
    after = collected(run, designs)
    xr.testing.assert_identical(after.isel(sample=slice(8)).drop_attrs(), before.drop_attrs())
    seeds = np.random.SeedSequence(5, spawn_key=DESIGN_KEY)
    cube = qmc.Sobol(2, rng=np.random.default_rng(seeds)).random_base2(4)
    assert np.allclose(after.lr, stats.loguniform(1e-4, 1e-1).ppf(cube[:, 0]), rtol=1e-12)
    assert np.allclose(after["opt.wd"], stats.gamma(2, scale=3).ppf(cube[:, 1]), rtol=1e-12)
    assert (after.wd == after["opt.wd"]).all()
    assert "nothing to add" in run("extend", "one", "hydra.sweeper.sample.n=4").stderr
    assert "tag(log,interval(0.0001,0.1))" in after.attrs["overrides"]


def test_a_latin_hypercube_does_not_go_on(run: Run, designs: Path) -> None:
    run("-m", "lr=interval(0,1)", "hydra.sweeper.sample={n: 4, method: latin_hypercube}", "hydra.sweep.dir=one")
    told = run("extend", "one", "hydra.sweeper.sample.n=8", code=2).stderr
    assert "can't be continued" in told
    assert len(collected(run, designs).lr) == 4


def test_files_are_an_axis_and_a_changed_one_is_told(run: Run, designs: Path) -> None:
    run("-m", "input=glob('data/*.txt')", "lr=1,2", "hydra.sweep.dir=one")
    dataset = collected(run, designs)
    assert dataset.input.values.tolist() == ["run_a", "run_b", "run_c"]
    assert dataset["size"].values.tolist() == [[1, 1], [2, 2], [3, 3]]
    (designs / "data" / "run_d.txt").write_text("4444")
    assert "2 new tasks" in run("extend", "one", "input=glob('data/*.txt')").stderr
    after = collected(run, designs)
    assert after.input.values.tolist() == ["run_a", "run_b", "run_c", "run_d"]
    assert after["size"].values[3].tolist() == [4, 4]
    (designs / "data" / "run_d.txt").touch()
    assert "input files" not in run("resume", "one").stderr
    (designs / "data" / "run_a.txt").write_text("x")
    (designs / "data" / "run_b.txt").unlink()
    told = run("resume", "one").stderr
    assert "data/run_a.txt: other content" in told
    assert "data/run_b.txt: No such file" in told
    assert "--allow-drift" in run("extend", "one", "lr=3", code=2).stderr
    assert "1 failed" in run("extend", "one", "lr=3", "--allow-drift", code=1).stderr


def test_points_are_left_out(run: Run, designs: Path) -> None:
    words = ("-m", "lr=1,2", "batch=range(3)", "--exclude", "lr == 2 and batch > 0", "--only", "batch < 2")
    plan = json.loads(run("plan", "--json", *words).stdout)
    assert (plan["tasks"], plan["left_out"]) == (3, 3)
    assert [task["id"] for task in plan["shown_tasks"]] == [0, 1, 3]
    assert "3 of 6 points are left out" in run(*words, "hydra.sweep.dir=one").stderr
    status = json.loads(run("status", "one", "--json").stdout)
    assert status["states"]["excluded"] == 3
    dataset = collected(run, designs)
    assert dataset.state.values.tolist() == [["succeeded", "succeeded", "excluded"], ["succeeded"] + ["excluded"] * 2]
    assert np.isnan(dataset.seen.values[[0, 1, 1], [2, 1, 2]]).all()
    assert "nothing to start" in run("resume", "one").stderr
    assert "left out" in run("replay", "one", "lr=2", "batch=1", code=2).stderr
    told = run("extend", "one", "lr=3").stderr
    assert "1 of 3 new points are left out" in told
    assert "2 new tasks: 6-7" in told
    after = collected(run, designs)
    assert after.state.values[2].tolist() == ["succeeded", "succeeded", "excluded"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("zip(lr=choice(1,2),batch=choice(1,2,3))",), "lr has 2, batch has 3"),
        (("zip(lr=choice(1,2),batch=3)",), "each key of a zip needs a list of values"),
        (("zip(lr=choice(1,1),batch=choice(3,3))",), "points 0 and 1 are the same"),
        (("zip(lr=choice(1,2))",), "needs two keys at least"),
        (("zip(lr=choice(1,2),batch=choice(1,2))", "lr=3,4"), "two axes are named 'lr'"),
        (("zip(lr=choice(1,2),btch=choice(1,2))",), "Did you mean 'batch'"),
        (("+p=zip(lr=choice(1,2),batch=choice(1,2))",), "written NAME=zip"),
        (("lr=zip(lr=choice(1,2),batch=choice(1,2))",), "'lr' can't be the name"),
        (("lr=interval(0,1)",), "add hydra.sweeper.sample.n=256"),
        (("lr=1,2", SOBOL), "no key follows an interval"),
        (("lr=interval(0,1)", "hydra.sweeper.sample={n: 8, method: sobl}"), "sobol, halton, latin_hypercube, random"),
        (("lr=tag(exp,interval(0,1))", SOBOL), r"tag\(exp, …\) means nothing"),
        (("lr=unknown(0,1)", SOBOL), "there is no function 'unknown'; there are .*zip"),
        (("model=interval(0,1)", SOBOL), "'model' is a config group"),
        (("input=glob('data/*.nc')",), "no file matches"),
        (("lr=1,2", "--exclude", "lr > 0"), "leave none of the 2 points"),
        (("lr=1,2", "--only", "rate > 0"), "'rate', which is not an axis; axes: lr"),
        (("lr=1,2", "--exclude="), "--exclude needs a condition"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made(
    words: tuple[str, ...], message: str, run: Run, designs: Path
) -> None:
    told = run("-m", *words, "hydra.sweep.dir=one", code=2)
    assert re.search(message, told.stderr), told.stderr
    assert not (designs / "one").exists()
