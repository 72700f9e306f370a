"""The front door: Hydra's command line, the subcommands, and clear words for bad input."""

import importlib
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from sweeprun.cli.main import INTERNAL, SUBCOMMANDS, main
from sweeprun.errors import FormatError, RunDirectoryError
from tests.command_line import Run


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--cfg", "job"], "task: study.draw\nlr: 0.1\n"),
        (["--cfg", "job", "-p", "lr"], "0.1"),
        (["-c", "hydra", "-p", "hydra.launcher"], "throttle: null"),
        (["--cfg", "all"], "hydra:\n"),
        (["--cfg", "job", "--resolve", "+z=${lr}"], "z: 0.1"),
        (["-h"], "== Config ==\nOverride anything"),
        (["--hydra-help"], "Hydra"),
        (["-i", "searchpath"], "conf"),
        (["-i", "defaults"], "hydra/sweeper"),
        (["-sc", "install=bash"], "complete"),
        (["--help"], "subcommands (each has --help)"),
        (["--version"], "sweeprun 0."),
    ],
)
def test_flags_that_only_look(run: Run, study: Path, words: list[str], expected: str) -> None:
    assert expected in run(*words).stdout
    assert not (study / "multirun").exists()
    assert not (study / "outputs").exists()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-m", "lrr=1,2"], "Did you mean 'lr'? To add a key, write +lrr=1"),
        (["-m", "lr=1,2,"], "the override 'lr=1,2,' can't be read"),
        (["lr=1,2"], "add --multirun"),
        (["lrr=1"], "Did you mean 'lr'?"),
        (
            ["--n-jobs=4", "-m", "lr=1,2"],
            "there is no option '--n-jobs'; keys are set without dashes: hydra.launcher.throttle=4",
        ),
        (["-m", "--lr", "1,2"], "there is no option '--lr'; keys are set without dashes: lr=VALUE"),
        (["-m", "lr=range(0)"], "'lr=range(0)' is empty"),
        (["-m", "lr=range(0,1,0)"], "step 0"),
        (["-m", "lr=1,1"], "has the value 1 twice"),
        (["-m", "lr=interval(0,1)"], "add hydra.sweeper.sample.n=256"),
        (["-m", "lr=glob(nothing*)"], "no file matches"),
        (["-m", "task=nowhere.f", "lr=1"], "there is no module 'nowhere'"),
        (["-m", "task=study.nothing", "lr=1"], "study has no 'nothing'"),
        (["-m", "task=study.drow", "lr=1"], "did you mean 'draw'?"),
        (["-m", "task=study.STUDY.x", "lr=1"], "study has no 'STUDY'"),
        (["-m", "task=nofile.py:f", "lr=1"], "there is no file"),
        (["-m", "task=study.py", "lr=1"], "names a file but no function"),
        (["-m", "task=3", "lr=1"], "the config key `task` is 3"),
        (["-m", "~task", "lr=1"], "no key `task`"),
        (["-m", "task=study.plain", "lr=1"], "has the parameters a, b, which nothing fills"),
        (["-m", "task=study.fetch", "lr=1"], "'study.fetch' is an async function"),
        (["-cn", "fetching", "-m", "lr=1", "hydra/sweeper=basic"], "'study.fetch' is an async function"),
        (["-cn", "fetching", "-m", "lr=1", "hydra/sweeper=basic", "hydra/launcher=basic"], "'study.fetch' is an async"),
        (["task=study.fetch"], "'study.fetch' is an async function"),
        (["-m", "task=study.rest", "lr=1"], "takes *values, which nothing fills"),
        (["task=study.rest"], "takes *values, which nothing fills"),
        (["-m", "task=broken.f", "lr=1"], "importing 'broken' failed: ZeroDivisionError"),
        (["-m", "lr=1,2", "hydra.sweeper.streams=[x]"], "'x', which is not an axis; axes: lr"),
        (["-m", "lr=1,2", "hydra.sweeper.members=0"], "members is 0"),
        (["-m", "lr=1,2", "hydra.sweeper.root_seed=-1"], "root_seed is -1"),
        (["-m", "lr=1,2", "hydra.sweeper.membres=3"], "membres"),
        (["-m", "lr=1,2", "hydra.launcher.throttle=0"], "throttle is 0"),
        (["-m", "lr=1,2", "hydra.launcher.throttle=many"], "many"),
        (["-m", "lr=1,2", "hydra/launcher=nothing"], "nothing"),
        (["lr=1", "hydra/launcher=slurm"], "is about sweeps, and without -m"),
        (["lr=1", "hydra.launcher.throttle=3"], "is about sweeps, and without -m"),
        (["-m", "~lr=1,2"], "sweeps over what to delete"),
        (["-m", "hydra.launcher.throttle=1,2"], "not supported"),
        (["-m", "lr=1,2", "hydra.sweep.dir=taken"], "there already and not empty"),
        (["-m", "lr=1", "hydra.sweeper.params.q=1"], "To add one, write +q=1"),
        (["-m", "lr=1", "hydra.sweep.dir=${nope}"], "hydra.sweep.dir can't be resolved"),
        (["-m", "lr=1", "hydra.sweep.subdir=${nope}"], "hydra.sweep.subdir can't be resolved"),
        (["-m", "lr=${nope},1"], "can't be resolved: Interpolation key 'nope' not found"),
        (["hydra.run.dir=${nope}"], "hydra.run.dir can't be resolved"),
        (["hydra.run.dir=/proc/zz"], "can't be started"),
        (["task=study.nothing"], "study has no 'nothing'"),
        (["--cfg", "job", "-cn", "nothing"], "there are: broken, config, fetching"),
        (["-m", "seed.x=1,2"], "seed.x=1 does not fit the config"),
        (["-cn", "broken", "-m", "lr=1"], "broken.yaml"),
        (["-cn", "nothing"], "there are: broken, config, fetching"),
        (["-cp", "nothing"], "there is no config directory"),
        (["-cd", "nothing"], "no directory"),
        (["colect"], "did you mean `sweeprun collect`?"),
        (["collect"], "there is no run"),
        (["status", "nothing"], "does not exist"),
        (["collect", "-o", "x.txt"], ".csv or .parquet"),
        (["show", "."], "no manifest.json"),
        (["worker", "nothing", "0"], "does not exist"),
        (["plan", "-m", "lr=1,1"], "twice"),
        (["--resolve"], "--cfg"),
        (["-r", "-m", "lr=1,2"], "exclude"),
    ],
)
def test_bad_input_gets_one_clear_message(run: Run, study: Path, words: list[str], expected: str) -> None:
    (study / "broken.py").write_text("1 / 0\n")
    (study / "conf" / "fetching.yaml").write_text("task: study.fetch\nlr: 1\n")
    with (study / "study.py").open("a") as file:
        file.write("\n\nasync def fetch(cfg):\n    return 1\n\n\ndef rest(*values):\n    return 1\n")
    (study / "conf" / "broken.yaml").write_text("lr: [1\nseed: 2\n")
    (study / "taken").mkdir()
    (study / "taken" / "file").touch()
    done = run(*words, code=2)
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (study / "multirun").exists()
    assert not (study / "outputs").exists()


@pytest.mark.parametrize("subcommand", ["plan", "collect", "status", "show", "list", "worker"])
def test_every_subcommand_explains_itself_with_an_example(run: Run, subcommand: str) -> None:
    done = run(subcommand, "--help")
    assert "example:\n  sweeprun" in done.stdout


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\nfrom sweeprun.cli.main import main\nmain(['--help'])\n"
        "sys.exit(any(m in sys.modules for m in ('numpy', 'hydra', 'omegaconf', 'xarray', 'rich', 'pyarrow')))\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_help_of_a_subcommand_begins_with_its_usage_and_ends_with_an_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"usage: sweeprun {name} ")
    assert f"sweeprun {name} " in shown.partition("\nexample:\n")[2]


def test_all_subcommands_are_listed_with_what_they_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    for name, text in SUBCOMMANDS.items():
        assert any(line.split() == [name, *text.split()] for line in shown.splitlines())
    assert set(INTERNAL) < set(SUBCOMMANDS)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("staus", "did you mean `sweeprun status`?"),
        ("größe", "subcommands are init, plan, "),
    ],
)
def test_a_word_that_is_no_subcommand_is_named(word: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([word]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"sweeprun: {word!r} is neither a subcommand nor an override key=value; {hint}")


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The subcommand `list`, which raises ``error``."""
    raised = SimpleNamespace(error=None)

    def fail(_words: list[str]) -> int:
        raise raised.error

    monkeypatch.setattr(importlib.import_module("sweeprun.cli.list"), "main", fail)
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)
    return raised


@pytest.mark.parametrize(
    ("error", "code", "shown"),
    [
        (RunDirectoryError("there is no run \x1b[2J"), 2, "sweeprun: there is no run \\x1b[2J\n"),
        (FormatError("malformed"), 2, "sweeprun: malformed\n"),
        (OSError(28, "No space left on device", "a/größe"), 2, "sweeprun: 'a/größe': No space left on device\n"),
        (PermissionError(13, "Permission denied"), 2, "sweeprun: Permission denied\n"),
    ],
)
def test_errors_are_one_line(
    error: Exception, code: int, shown: str, failing: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    failing.error = error
    assert main(["list"]) == code
    assert capsys.readouterr().err == shown


@pytest.mark.parametrize("error", [FormatError("malformed"), OSError(28, "No space left on device")])
def test_a_traceback_is_shown_to_whoever_asks_for_it(
    error: Exception, failing: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    failing.error = error
    with pytest.raises(type(error)):
        main(["list"])


def test_a_mistake_of_ours_is_not_hidden(failing: SimpleNamespace) -> None:
    failing.error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        main(["list"])


def test_a_reader_that_has_seen_enough_ends_it_quietly() -> None:
    script = "import sys\nfrom sweeprun.cli.main import main\nsys.exit(main(['--help']))\n"
    with subprocess.Popen(
        [sys.executable, "-c", f"input()\n{script}"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        _, errors = process.communicate(b"go\n")
    assert (process.returncode, errors) == (0, b"")
