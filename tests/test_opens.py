"""Files of a run are read in one place, store/files.py, as if somebody hostile had made them.

Every open elsewhere is listed here, with what it opens instead.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[1] / "sweeprun"
_READERS = ("store/files.py",)
_OPENS = {
    *("open", "fdopen", "OSFile", "memory_map", "read_bytes", "read_text", "copyfile", "copy2"),
    *("open_dataset", "open_zarr", "read_schema", "read_table", "read_csv", "read_parquet", "fromfile", "memmap"),
}
"""Methods and functions that open a file by its name."""

_ELSEWHERE = {
    "a file of the run that this process makes, which isn't there yet or is only appended to": {
        "launchers/process.py:WorkerProcess.start",
        "store/arrivals.py:Arrivals.sync",
        "store/arrivals.py:_append",
        "store/arrivals.py:_replace",
        "store/elsewhere.py:list_run",
        "store/launching.py:launching",
        "store/notices.py:note_failure",
        "store/own_files.py:OwnFile.__init__",
        "store/own_files.py:OwnFile.descriptor",
        "store/verification.py:keep_verification",
        "store/workers.py:append_exit",
    },
    "a file that `sweeprun.store.files.opened` has opened": {
        "store/file_view.py:FileContent._read",
    },
    "a file that the worker's own task made in its directory": {
        "worker/command.py:_execute",
        "worker/command.py:_read_json",
        "worker/command.py:_read_result",
        "worker/command.py:_tail",
        "worker/netcdf_values.py:_unrounded",
    },
    "a source file of the study, or of a package": {
        "notebook/stale.py:_is_stale",
        "provenance/code.py:_read_source",
        "provenance/code.py:function_digest",
        "provenance/git.py:_patch",
        "provenance/packages.py:_required_by",
        "provenance/packages.py:packages_of",
        "runs/commands.py:_texts",
        "runs/python_path.py:_further_directories",
        "worker/main_guard.py:_always_runs",
        "worker/main_script.py:_prepared_script",
        "worker/seeded_calls.py:_sources_of",
        "worker/top_draws.py:_in_module",
        "worker/sources.py:_imports",
        "cli/init.py:_not_ignored",
    },
    "a file that the user named as the value of an axis": {
        "provenance/inputs.py:_digest",
    },
    "a file of results or a page, which the user named": {
        "results/formats/in_place.py:_why_no_more",
        "report/html.py:is_ours",
        "results/formats/fingerprints.py:make_durable",
        "results/formats/own_note.py:_content",
        "results/formats/netcdf.py:write_portable",
        "results/formats/netcdf.py:open_netcdf",
        "results/formats/netcdf_streams.py:_write",
        "results/formats/netcdf_format.py:NetCDF.attributes",
        "results/formats/output_format.py:read_regular",
        "results/formats/parquet_format.py:Parquet.attributes",
        "results/formats/table_files.py:_write",
        "results/formats/zarr_format.py:Zarr.open",
        "results/formats/zarr_format.py:_holds_something_else",
        "results/formats/zarr_places.py:_locked",
        "runs/recorded_dataset.py:recorded_in_dataset",
    },
    "a file of this package": {
        "cli/completion.py:main",
        "cli/init.py:_template",
        "report/html.py:_asset",
    },
    "a descriptor that the worker has already": {
        "worker/serve.py:_lines",
        "worker/standard_streams.py:_text_stream",
    },
    "a file of the system's": {
        "cpus.py:_cgroup_quotas",
        "cpus.py:_quota",
        "display/streams.py:_null",
        "display/streams.py:occupy_descriptors",
        "launchers/arrays/shared_paths.py:_file_system",
        "provenance/origin.py:cpu_model",
        "store/launching.py:_command_line",
        "store/processes.py:is_stopped",
        "store/processes.py:process_start",
        "worker/serve.py:serve_tasks",
    },
}
"""What is opened -> by which function of which module."""


def opens() -> Iterator[str]:
    """``module:function`` of every call that opens a file."""
    for path in sorted(_ROOT.rglob("*.py")):
        module = path.relative_to(_ROOT).as_posix()
        if module not in _READERS:
            yield from (f"{module}:{name}" for name in _opening(ast.parse(path.read_text(encoding="utf-8")), "-"))


def _opening(node: ast.AST, name: str) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        name = node.name if name == "-" else f"{name}.{node.name}"
    if isinstance(node, ast.Call):
        function = node.func
        called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if called in _OPENS:
            yield name
    for child in ast.iter_child_nodes(node):
        yield from _opening(child, name)


def test_every_open_outside_the_one_place_is_known() -> None:
    """What is new here reads a file of a run by `sweeprun.store.files`, or is listed above with the reason."""
    assert set(opens()) == set().union(*_ELSEWHERE.values())


def test_a_new_open_is_found() -> None:
    tree = ast.parse("class A:\n def f(self):\n  with gzip.open(self.run.manifest) as file: pass")
    assert list(_opening(tree, "-")) == ["A.f"]
