"""Config directories for the tests, and Hydra opened on them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sweeprun.config.application import Application, ConfigSource, open_application


def write_configs(folder: Path, configs: Mapping[str, str]) -> None:
    """Write configs by their names, such as ``model/small``."""
    for name, text in configs.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@contextmanager
def opened(folder: Path, configs: Mapping[str, str], extra: Path | None = None) -> Iterator[Application]:
    """Hydra, opened on a folder with these configs."""
    write_configs(folder, configs)
    source = ConfigSource(path=str(folder), extra=None if extra is None else str(extra))
    with open_application(source) as application:
        yield application
