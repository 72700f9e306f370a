"""Hydra opened on a config directory: what it composes, and how its errors reach the user."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import OmegaConf

from sweeprun.config.application import (
    Application,
    ConfigSource,
    command_line_parser,
    full_errors,
    open_application,
    resolve_job_key,
    resolve_key,
    show,
)
from sweeprun.errors import ConfigError, OverrideError
from tests.config.applications import opened, write_configs

CONFIGS = {
    "config": "defaults: [{model: small}, _self_]\nlr: 0.1\nseed: 0\nlabel: ${lr}-${model.size}\n",
    "model/small": "size: 1\n",
    "model/large": "size: 2\n",
    "hydra/launcher/cluster": "defaults: [slurm]\nthrottle: 3\n",
}


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with opened(tmp_path / "my 'ü' conf", CONFIGS) as application:
        yield application


def test_a_directory_becomes_absolute_and_a_package_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert ConfigSource(path="my ü").absolute_path() == str(tmp_path.resolve() / "my ü")
    assert ConfigSource(path="pkg://study.conf").absolute_path() == "pkg://study.conf"


def test_a_config_is_composed_with_its_choices_and_changes(application: Application) -> None:
    config = application.compose(["model=large", "lr=0.5"], RunMode.RUN)
    assert (config.model.size, config.lr, config.label) == (2, 0.5, "0.5-2")
    assert config.hydra.runtime.choices.model == "large"


def test_a_job_of_a_sweep_has_its_own_choices(application: Application) -> None:
    sweep_config = application.compose(["lr=0.5", "hydra.mode=MULTIRUN"], RunMode.MULTIRUN)
    config = application.compose_job(sweep_config, ["lr=0.5", "model=large"])
    assert (config.lr, config.model.size) == (0.5, 2)
    with pytest.raises(OverrideError, match="Did you mean 'seed'"):
        application.compose_job(sweep_config, ["sed=1"])


def test_options_of_our_sweeper_in_the_way_of_another_are_answered_with_where_to_put_them(tmp_path: Path) -> None:
    configs = CONFIGS | {"config": f"{CONFIGS['config']}hydra: {{sweeper: {{root_seed: 3}}}}\n"}
    with opened(tmp_path / "conf", configs) as application:
        assert application.compose([], RunMode.MULTIRUN).hydra.sweeper.root_seed == 3
        with pytest.raises(OverrideError, match=r"(?s)root_seed is an option of sweeprun's own sweeper.*study\.yaml"):
            application.compose(["hydra/sweeper=basic"], RunMode.MULTIRUN)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("sede=1", "Did you mean 'seed'?"),
        ("model.sze=1", "Did you mean 'size'?"),
        ("model.zzz=1", "model has the keys: size"),
        (
            "zzzzz=1",
            "the config has no key 'zzzzz'. The config has the keys: model, lr, seed, label. To add one, write +",
        ),
        ("model.zzz=1", "has the keys: size. To add one, write +model.zzz=1"),
        ("n_jobs=1", "write +n_jobs=1. If it is meant for sweeprun: hydra.launcher.throttle"),
        ("hydra.sweeper.n_seeds=1", "did you mean hydra.sweeper.members?"),
        ("hydra.job.zzzzz=1", "no key 'hydra.job.zzzzz'. hydra.job has the keys: name"),
        ("lr={a:1", "the override 'lr={a:1' can't be read"),
    ],
)
def test_an_override_that_does_not_fit_is_answered_with_what_would(
    override: str, message: str, application: Application
) -> None:
    with pytest.raises(OverrideError) as refused:
        application.compose([override], RunMode.RUN)
    assert message in str(refused.value)


def test_an_option_that_is_missing_is_answered_with_those_that_there_are(application: Application) -> None:
    with pytest.raises(ConfigError, match=r"(?s)'model/huge'.*large.*small"):
        application.compose(["model=huge"], RunMode.RUN)


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ("lr=range(1,2", "need quotes of their own"),
        ("lr=normal(a)", "'a' is no number"),
        ("lr=range(a)", "mismatch type argument start"),
        ("lr=nothing(1)", "there is no function 'nothing'"),
    ],
)
def test_what_the_grammar_cannot_read_is_named(override: str, reason: str, application: Application) -> None:
    with pytest.raises(OverrideError) as refused:
        application.parse(["seed=1", override])
    assert str(refused.value).startswith(f"the override {override!r} can't be read: ")
    assert reason in str(refused.value)
    assert "while evaluating" not in str(refused.value)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"path": "nowhere"}, "there is no config directory '.*nowhere'. Work where your ./conf is"),
        ({"path": "conf", "name": "other"}, "there is no config 'other' in .*; there are: main, second"),
        ({"path": "empty"}, "there is no config 'config' in .*; there is none at all"),
        ({"path": "conf", "name": "main", "extra": "nowhere"}, "-cd names 'nowhere', which is no directory"),
    ],
)
def test_a_source_that_is_missing_is_named(
    source: dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_configs(tmp_path / "conf", {"second": "a: 1\n", "main": "a: 1\n"})
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=message), open_application(ConfigSource(**source)) as application:
        application.compose([], RunMode.RUN)


def test_a_further_directory_adds_options_and_replaces_none(tmp_path: Path) -> None:
    write_configs(tmp_path / "my own", {"model/small": "size: 99\n", "model/odd": "size: 3\n"})
    with opened(tmp_path / "conf", CONFIGS, extra=tmp_path / "my own") as application:
        assert application.compose([], RunMode.RUN).model.size == 1
        assert application.compose(["model=odd"], RunMode.RUN).model.size == 3


@pytest.mark.parametrize(
    ("overrides", "plugins"),
    [
        ([], ("sweeprun", "local")),
        (["hydra/launcher=slurm"], ("sweeprun", "slurm")),
        (["hydra/launcher=cluster"], ("sweeprun", "slurm")),
        (["hydra/sweeper=basic", "hydra/launcher=basic"], ("basic", "basic")),
    ],
)
def test_our_plugins_are_the_defaults_and_known_by_their_options(
    overrides: list[str], plugins: tuple[str, str], application: Application
) -> None:
    assert application.chosen_plugins(application.compose(overrides, RunMode.MULTIRUN)) == plugins


def test_config_groups_are_told_from_keys(application: Application) -> None:
    assert application.is_group("model")
    assert application.is_group("hydra/launcher")
    assert not application.is_group("lr")
    assert not application.is_group("model.size")


def test_a_key_can_be_read_before_anything_is_composed(tmp_path: Path) -> None:
    broken = {"config": "task: ${study}.f\nmodel: {a: 1}\n", "broken": "task: [\n"}
    with opened(tmp_path, broken) as application:
        assert application.peek("task") == "${study}.f"
        assert application.peek("model") == {"a": 1}
        assert application.peek("nothing") is None
    with open_application(ConfigSource(path=str(tmp_path), name="broken")) as application:
        assert application.peek("task") is None
    with open_application(ConfigSource(path=str(tmp_path), name="missing")) as application:
        assert application.peek("task") is None


def test_the_config_may_ask_for_a_sweep_itself(application: Application) -> None:
    assert application.is_multirun(["hydra.mode=MULTIRUN"])
    assert not application.is_multirun([])


def test_a_single_job_without_a_directory_is_refused_before_it_runs(application: Application) -> None:
    assert application.compose_single(["hydra.run.dir='out/${seed}'"]).lr == 0.1
    with pytest.raises(ConfigError, match=r"hydra\.run\.dir can't be resolved: .*nowhere"):
        application.compose_single(["hydra.run.dir='out/${nowhere}'"])


def test_hydra_is_closed_again_whatever_happens(tmp_path: Path) -> None:
    def fail() -> None:
        assert GlobalHydra.instance().is_initialized()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), opened(tmp_path, CONFIGS):
        fail()
    assert not GlobalHydra.instance().is_initialized()


def test_hydra_answers_a_command_line_that_only_looks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_configs(tmp_path, CONFIGS)
    parser = command_line_parser()
    args = parser.parse_args(["--cfg", "job", "model=large"])
    show(parser, args, ConfigSource(path=str(tmp_path)))
    shown = OmegaConf.create(capsys.readouterr().out)
    assert (shown.lr, shown.model.size) == (0.1, 2)
    assert parser.prog == "sweeprun"


def test_a_key_is_resolved_with_all_that_is_in_it() -> None:
    config = OmegaConf.create(
        {"a": 1, "paths": {"one": "x/${a}", "more": ["${a}"]}, "gap": {"b": "???"}, "to": "${no}"}
    )
    assert resolve_key(config, "paths") == {"one": "x/1", "more": [1]}
    assert resolve_key(config, "paths.one") == "x/1"
    assert resolve_key(config, "elsewhere") is None
    for key, reason in (("gap", "b"), ("gap.b", "b"), ("to", "'no' not found")):
        with pytest.raises(ConfigError, match=f"^{key} can't be resolved: .*{reason}"):
            resolve_key(config, key)


def test_what_refers_to_the_job_is_resolved_as_in_that_job(application: Application) -> None:
    holder = HydraConfig.instance()
    before = holder.cfg
    config = application.compose(["hydra.job.name=mine", "label='${hydra:job.name}'"], RunMode.RUN)
    assert resolve_job_key(config, "label") == "mine"
    assert holder.cfg is before
    with pytest.raises(ConfigError, match="nowhere"):
        resolve_job_key(application.compose(["label='${nowhere}'"], RunMode.RUN), "label")
    assert holder.cfg is before


@pytest.mark.parametrize(("value", "asked"), [("1", True), ("0", False), (None, False)])
def test_tracebacks_are_asked_for_as_of_hydra(value: str | None, asked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)
    if value is not None:
        monkeypatch.setenv("HYDRA_FULL_ERROR", value)
    assert full_errors() is asked
