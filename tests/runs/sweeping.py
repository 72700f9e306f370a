"""Small sweeps, started as the doors start them."""

from collections.abc import Callable, Mapping
from typing import Any

from sweeprun.config.application import ConfigSource, open_application
from sweeprun.runs.events import SILENT, Observer
from sweeprun.runs.launch import Launch
from sweeprun.runs.prepare import compose_for_launch, prepare_sweep
from sweeprun.runs.prepare_call import Asked, prepare_call
from sweeprun.runs.prepared_run import PreparedRun
from sweeprun.runs.start import start_run
from sweeprun.store.directory import RunDirectory
from tests.runs.observers import launch_here


def sweep_function(
    function: Callable[..., Any],
    axes: Mapping[str, Any],
    directory: str = "a rün",
    *,
    launch: Launch = launch_here,
    observer: Observer = SILENT,
    **asked: Any,
) -> RunDirectory:
    """The run of a Python function; by default its tasks have run, in this process."""
    prepared = prepare_call(Asked(function=function, axes=axes, directory=directory, **asked))
    return start_run(prepared, ["a test"], launch=launch, observer=observer).run


def prepare_words(*words: str) -> PreparedRun:
    """The sweep of the configs in ``conf`` that words of a command line ask for."""
    with open_application(ConfigSource()) as application:
        return prepare_sweep(application, compose_for_launch(application, words))


def sweep_words(
    *words: str, directory: str = "a rün", launch: Launch = launch_here, observer: Observer = SILENT
) -> RunDirectory:
    """The same, as a run; by default its tasks have run, in this process."""
    prepared = prepare_words(*words, f"hydra.sweep.dir='{directory}'")
    return start_run(prepared, ["sweeprun", "-m", *words], launch=launch, observer=observer).run
