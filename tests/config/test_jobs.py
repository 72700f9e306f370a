"""Tasks as Hydra's own jobs: what is around the function, what it leaves on disk, and where it is logged."""

import logging
import os
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hydra import version
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict

from sweeprun.config.jobs import (
    as_multirun,
    changes_directory,
    configure_console_log,
    needs_job_directories,
    run_as_job,
)
from tests.config.applications import opened


class Noting(Callback):
    """Notes what it sees of jobs."""

    seen: ClassVar[list[Any]] = []

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        self.seen.append(("sweep", config.hydra.sweep.dir))

    def on_multirun_end(self, config_name: str, **_: Any) -> None:
        self.seen.append(("swept", config_name))

    def on_job_start(self, config: DictConfig, *, task_function: Any, **_: Any) -> None:
        self.seen.append(("start", config.hydra.job.num, task_function))

    def on_job_end(self, config: DictConfig, job_return: Any, **_: Any) -> None:
        self.seen.append(("end", config.hydra.job.num, job_return._return_value))


@pytest.fixture(autouse=True)
def _logging_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in set(root.handlers) - set(handlers):
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return tmp_path / "my ü run"


def job_config(run: Path, *words: str, number: int = 7) -> DictConfig:
    """The config of a job of a sweep."""
    with opened(run.parent / "conf", {"config": "lr: 0.1\n"}) as application:
        config = application.compose([f"hydra.sweep.dir='{run}'", "hydra.job.name=study", *words], RunMode.MULTIRUN)
    with open_dict(config.hydra):
        config.hydra.job.num = number
        config.hydra.job.id = str(number)
    return config


def test_the_function_gets_the_config_without_hydras_node(run: Path) -> None:
    seen = []

    def function(config: DictConfig) -> float:
        seen.append(OmegaConf.to_container(config))
        return config.lr * 2

    assert run_as_job(job_config(run, "lr=0.5"), function) == 1.0
    assert seen == [{"lr": 0.5}]


def test_a_job_leaves_its_configs_and_its_log(run: Path) -> None:
    run_as_job(job_config(run), lambda _: logging.getLogger("study").info("a message ü"))
    assert OmegaConf.load(run / "7" / ".hydra" / "config.yaml") == {"lr": 0.1}
    assert "a message ü" in (run / "7" / "study.log").read_text(encoding="utf-8")


@pytest.mark.parametrize("error", [ValueError("bad"), KeyError("lr")])
def test_what_the_function_raises_is_raised(error: Exception, run: Path) -> None:
    def function(_: DictConfig) -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        run_as_job(job_config(run), function)
    assert raised.value is error


def test_a_job_may_work_in_its_directory_with_its_variables(run: Path) -> None:
    before = Path.cwd()
    words = ("hydra.job.chdir=true", "+hydra.job.env_set.OF_THE_JOB='${hydra:job.num}'")
    seen = run_as_job(job_config(run, *words), lambda _: (Path.cwd(), os.environ["OF_THE_JOB"]))
    assert seen == (run.resolve() / "7", "7")
    assert Path.cwd() == before
    assert "OF_THE_JOB" not in os.environ


def test_callbacks_see_the_job(run: Path) -> None:
    Noting.seen.clear()
    config = job_config(run, f"+hydra.callbacks.note._target_={Noting.__module__}.Noting")

    def of_user(_: DictConfig) -> str:
        return "returned"

    run_as_job(config, partial(of_user), of_user)
    assert Noting.seen == [("start", 7, of_user), ("end", 7, "returned")]


def test_callbacks_see_the_sweep_unless_it_fails(run: Path) -> None:
    Noting.seen.clear()
    config = job_config(run, f"+hydra.callbacks.note._target_={Noting.__module__}.Noting")
    with as_multirun(config, "config"):
        Noting.seen.append("runs")
    assert Noting.seen == [("sweep", str(run)), "runs", ("swept", "config")]
    with pytest.raises(ValueError, match="ends here"), as_multirun(config, "config"):
        raise ValueError("ends here")
    assert Noting.seen[3:] == [("sweep", str(run))]


def test_the_log_of_a_job_that_failed_has_its_traceback(run: Path) -> None:
    def function(_: DictConfig) -> None:
        raise ValueError("bad ü")

    with pytest.raises(ValueError, match="bad"):
        run_as_job(job_config(run), function)
    log = (run / "7" / "study.log").read_text(encoding="utf-8")
    assert "the job failed" in log
    assert "ValueError: bad ü" in log
    assert "hydra/core/utils.py" not in log


def test_the_console_log_is_the_applications_without_its_file(run: Path) -> None:
    configure_console_log(job_config(run, "hydra.job_logging.root.level=WARNING"))
    root = logging.getLogger()
    assert [type(handler) for handler in root.handlers] == [logging.StreamHandler]
    assert root.level == logging.WARNING
    assert not run.exists()


def test_a_logger_with_a_file_of_its_own_is_logged_without_it(run: Path) -> None:
    logger = logging.getLogger("study.of.its.own")
    configure_console_log(
        job_config(run, f"+hydra.job_logging.loggers={{{logger.name}: {{handlers: [file, console], level: DEBUG}}}}")
    )
    assert [type(handler) for handler in logger.handlers] == [logging.StreamHandler]
    logger.handlers.clear()
    assert not run.exists()


@pytest.mark.parametrize(("words", "level"), [((), logging.INFO), (("hydra.verbose=true",), logging.DEBUG)])
def test_the_log_is_as_verbose_as_it_is_asked_to_be(words: tuple[str, ...], level: int, run: Path) -> None:
    configure_console_log(job_config(run, *words))
    assert logging.getLogger().level == level


def test_an_application_that_logs_nothing_leaves_the_log_as_it_is(run: Path) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    configure_console_log(job_config(run, "hydra/job_logging=none"))
    assert (root.level, root.handlers) == before


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        ((), False),
        (("hydra/launcher=basic",), False),
        (("hydra.job.chdir=true",), True),
        (("hydra.launcher.job_directories=true",), True),
        (("+hydra.callbacks.note._target_=somewhere.Note",), True),
    ],
)
def test_jobs_have_directories_if_something_of_them_is_asked_for(
    words: tuple[str, ...], needed: bool, run: Path
) -> None:
    assert needs_job_directories(job_config(run, *words)) is needed


@pytest.mark.parametrize(
    ("base", "chosen", "changes"),
    [("1.1", None, True), ("1.1", False, False), ("1.2", None, False), ("1.3", None, False), ("1.3", True, True)],
)
def test_applications_for_an_older_hydra_work_in_the_directories_of_jobs(
    base: str, chosen: bool | None, changes: bool
) -> None:
    if not hasattr(version, "base_at_least"):
        pytest.skip("this Hydra does not behave as older ones")
    before = version.getbase()
    with warnings.catch_warnings():  # Hydra warns of its old behaviour
        warnings.simplefilter("ignore")
        version.setbase(base)
    try:
        assert changes_directory(OmegaConf.create({"hydra": {"job": {"chdir": chosen}}})) is changes
    finally:
        version.setbase("1.3" if before is None else f"{before.major}.{before.minor}")
