"""Laying out a study: it runs at once, and nothing that is there is touched."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from sweeprun.cli.init import main, module_name, study_files
from sweeprun.errors import UsageError
from tests.command_line import environment

_SWEEPER = "conf/hydra/sweeper/study.yaml"
_FILES = {"conf/config.yaml", _SWEEPER, "conf/hydra/launcher/cluster.yaml", "README.md", ".gitignore"}


def _sweeprun(folder: Path, *words: str) -> str:
    command = [sys.executable, "-m", "sweeprun", *words]
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _made(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def test_a_study_runs_at_once(tmp_path: Path) -> None:
    told = _sweeprun(tmp_path, "init", "my 'größte' study")
    folder = tmp_path / "my 'größte' study"
    assert _made(folder) == _FILES | {"my_grosste_study.py"}
    assert all(name in told for name in _made(folder))

    commands = told.partition("next:\n")[2].splitlines()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-ec", "\n".join(commands)],
        cwd=tmp_path,
        env=environment() | {"PATH": path},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "40 tasks: 40 succeeded" in done.stderr
    assert "pi over member" in done.stdout
    assert "n: 2" in _sweeprun(folder, "collect")
    assert (folder / "results.nc").exists()
    assert _sweeprun(folder, "n=100", "hydra.sweeper.root_seed=null").startswith("pi: 2.72\n")


def test_each_study_has_a_root_seed_of_its_own(tmp_path: Path) -> None:
    words = (["one"], ["two"], ["three", "--command", "./simulate {rate=0.1} {seed}"], ["four", "--command", "true"])
    for name, *more in words:
        assert main([str(tmp_path / name), *more]) == 0
    roots = {yaml.safe_load((tmp_path / name / _SWEEPER).read_text())["root_seed"] for name, *_ in words}
    assert len(roots) == 4
    assert all(0 <= root < 10**12 for root in roots)


def test_its_root_seed_is_that_of_all_its_runs_and_no_option_of_another_sweeper(tmp_path: Path) -> None:
    _sweeprun(tmp_path, "init")
    root_seed = yaml.safe_load((tmp_path / _SWEEPER).read_text())["root_seed"]
    shown = ("--cfg", "hydra", "-p", "hydra.sweeper")
    assert yaml.safe_load(_sweeprun(tmp_path, *shown))["root_seed"] == root_seed
    other = yaml.safe_load(_sweeprun(tmp_path, *shown, "hydra/sweeper=optuna"))
    assert (other["n_trials"], "root_seed" in other) == (20, False)


def test_its_cluster_can_be_chosen(tmp_path: Path) -> None:
    _sweeprun(tmp_path, "init")
    told = _sweeprun(tmp_path, "--cfg", "hydra", "-p", "hydra.launcher", "hydra/launcher=cluster")
    options = yaml.safe_load(told)
    assert options["throttle"] == 50
    assert options["sbatch"] == {"time": "1:00:00"}


def test_git_leaves_out_what_sweeps_make(tmp_path: Path) -> None:
    _sweeprun(tmp_path, "init")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for made in ("multirun/2026-01-01/manifest.json", "outputs/x", "results.nc", "results.zarr/zarr.json"):
        subprocess.run(["git", "check-ignore", "-q", made], cwd=tmp_path, check=True)
    for name in study_files(tmp_path):
        assert subprocess.run(["git", "check-ignore", "-q", name], cwd=tmp_path, check=False).returncode == 1


def test_other_files_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = {"README.md": "mine", ".gitignore": "/multirun\n*.o\n", "conf/other.yaml": "a: 1\n", "code.py": ""}
    (tmp_path / "conf").mkdir()
    for name, content in mine.items():
        (tmp_path / name).write_text(content)
    assert main([str(tmp_path)]) == 0
    assert {name: (tmp_path / name).read_text() for name in mine} == mine
    assert (tmp_path / "conf" / "config.yaml").exists()
    assert "your .gitignore lacks: __pycache__/ /outputs/ /results.*\n" in capsys.readouterr().out


@pytest.mark.parametrize("there", ["conf/config.yaml", "{module}.py", "conf/hydra/launcher/cluster.yaml", _SWEEPER])
@pytest.mark.parametrize("kind", ["file", "link", "directory"])
def test_nothing_is_made_if_something_is_there(tmp_path: Path, there: str, kind: str) -> None:
    path = tmp_path / there.format(module=module_name(tmp_path))
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "file":
        path.write_text("mine")
    elif kind == "link":
        path.symlink_to("nowhere")
    else:
        path.mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError, match=f"{path.relative_to(tmp_path)} is in .* already, so nothing was made") as told:
        main([str(tmp_path)])
    assert told.value.exit_code == 2
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("there", ["conf", "conf/hydra", "conf/hydra/launcher", "."])
def test_a_file_in_the_place_of_a_directory(tmp_path: Path, there: str) -> None:
    folder = tmp_path / "study"
    path = folder / there
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError, match="is no directory"):
        main([str(folder)])
    assert sorted(tmp_path.rglob("*")) == before


def test_what_fails_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sweeprun.cli import init

    create = init.create_file

    def fail(path: Path, content: bytes) -> None:
        if path.name == "README.md":
            raise OSError(28, "No space left on device")
        create(path, content)

    monkeypatch.setattr(init, "create_file", fail)
    with pytest.raises(OSError, match="No space left"):
        main([str(tmp_path / "new" / "study")])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("directory", "module"),
    [
        ("pi", "pi"),
        ("My Study-2", "my_study_2"),
        ("2nd", "study_2nd"),
        ("你好", "study"),
        ("größe", "grosse"),
        ("class", "class_study"),
        ("match", "match_study"),
        ("random", "random_study"),
        ("numpy", "numpy_study"),
        ("sweeprun", "sweeprun_study"),
        ("results", "results_study"),
        ("conf", "conf_study"),
        ("a\nb", "a_b"),
        ("--", "study"),
    ],
)
def test_the_module_is_named_after_the_directory(directory: str, module: str) -> None:
    assert module_name(Path("/x") / directory) == module
    assert module.isidentifier()


def test_names_cannot_break_the_files() -> None:
    files = study_files(Path("/x/a\n# b: c"))
    config = yaml.safe_load(files["conf/config.yaml"])
    defaults = ["_self_", {"override hydra/sweeper": "study"}]
    assert config == {"defaults": defaults, "task": "a_b_c.estimate", "n": 10000}
    assert files["README.md"].startswith("# a?# b: c\n")


def test_an_executable_runs_at_once(tmp_path: Path) -> None:
    simulate = tmp_path / "simulate it"
    simulate.write_text("#!/bin/sh\necho $2.$4\n")
    simulate.chmod(0o755)
    line = "'./simulate it' --rate {rate=3} --seed {seed} '{mode=a: b}' {task_id}"
    told = _sweeprun(tmp_path, "init", "--command", line)
    assert _made(tmp_path) == _FILES | {"simulate it"}
    assert "sweeprun -m hydra.sweeper.members=20\n" in told
    config = yaml.safe_load((tmp_path / "conf" / "config.yaml").read_text())
    assert config["rate"] == 3
    assert config["mode"] == "a: b"
    words = ["./simulate it", "--rate", "${rate}", "--seed", "{seed}", "${mode}", "{task_id}"]
    assert config["task"]["command"] == words
    _sweeprun(tmp_path, "-m", "rate=4,5", "hydra.sweeper.members=2")
    assert "rate: 2" in _sweeprun(tmp_path, "collect")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a 'b", "can't be split"),
        ("a {task=1}", "has a key 'task' already"),
        ("a {n=1} {n} {n=2}", "gives 'n' two values, 1 and 2"),
        ("a | b", "no shell reads it, so '|'"),
        ("a ${HOME}/x", "no shell reads it, so '\\$"),
        ("", "command is empty"),
    ],
)
def test_a_command_that_cannot_be(tmp_path: Path, line: str, expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        main([str(tmp_path), "--command", line])
    assert list(tmp_path.iterdir()) == []


def test_an_empty_directory_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="the directory is empty text"):
        main([""])
    assert list(tmp_path.iterdir()) == []


def test_a_directory_like_an_option_can_be_gone_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--", "-x"]) == 0
    assert "cd ./-x && sweeprun" in capsys.readouterr().out


def test_a_program_that_is_elsewhere_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "simulate").touch()
    assert main(["study", "--command", "./simulate {x=1}"]) == 0
    assert "./simulate is here, but not in study" in (told := capsys.readouterr().err)
    assert "write ../simulate into conf/config.yaml" in told
    assert main(["other", "--command", "./none {x=1}"]) == 0
    assert capsys.readouterr().err == ""
