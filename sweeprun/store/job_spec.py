"""What a manifest says of all tasks alike: where and how they run, and what leads to their function."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweeprun.design.result_dims import Dims, dims_from_json
from sweeprun.design.scalars import check_types

PICKLED = "pickled"
MAIN = "main"
MODULE = "module"
"""The kinds of references: to a pickle in the run, to the main script of an application, to a module of one."""

BY_NUMBER = "${hydra.job.num}"
"""What names the directory of a task unless the config says something else."""

_KEYWORDS = "keywords"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionReference:
    """What leads to a task function that no config names.

    Attributes
    ----------
    kind
        How it is found: `PICKLED`, `MAIN` or `MODULE`. Of another sweeprun's, it is said when it is to be loaded.
    path
        Where it is pickled, relative to the run directory.
    module, file, name
        The module that it is in, or the script, relative to where workers work; and its name there.
    application
        Whether it is an application's: called with the config, as the only argument.
    keywords
        Whether it is called with the values of axes, and constants, by name, and not with a config.
    constants
        The names of the constants, which another function in its place must take as well.
    constants_path
        Where they are if not with the function: with the one that the run began with.
    resolvers
        Where resolvers are that an application registered, relative to the run directory; empty if there are none.
    """

    kind: str
    path: str = ""
    module: str = ""
    file: str = ""
    name: str = ""
    application: bool = False
    keywords: bool = False
    constants: tuple[str, ...] = ()
    constants_path: str = ""
    resolvers: str = ""

    def to_dict(self) -> dict[str, Any]:
        data: dict[str, Any] = {"kind": self.kind}
        for key in ("path", "module", "file", "name", "application", "constants_path", "resolvers"):
            if value := getattr(self, key):
                data[key] = value
        return data | ({"call": _KEYWORDS, "constants": list(self.constants)} if self.keywords else {})

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "FunctionReference":
        texts = {key: data.get(key) or "" for key in ("path", "module", "file", "name", "constants_path", "resolvers")}
        constants = data.get("constants") or []
        check_types(list, constants)
        check_types(str, data["kind"], *texts.values(), *constants)
        return cls(
            kind=data["kind"],
            application=bool(data.get("application")),
            keywords=data.get("call") == _KEYWORDS,
            constants=tuple(constants),
            **texts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The main script of an application, which is the main module of its tasks, too.

    Attributes
    ----------
    file, module
        The script, relative to where workers work, or the module that ``python -m`` ran; both empty if workers can't
        import it.
    arguments
        What it was started with, itself first, but for what says which sweep: ``sys.argv`` of a task begins with it.
    overridden
        Whether overrides are part of its command line, so that ``sys.argv`` of a task goes on with the task's.
    """

    file: str = ""
    module: str = ""
    arguments: tuple[str, ...] = ()
    overridden: bool = False

    @property
    def can_be_imported(self) -> bool:
        """Whether workers can import it."""
        return bool(self.file or self.module)

    def to_dict(self) -> dict[str, Any]:
        named = {key: value for key in ("file", "module") if (value := getattr(self, key))}
        return {**named, "arguments": list(self.arguments), "overridden": self.overridden}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Script":
        file, module, arguments = data.get("file") or "", data.get("module") or "", data.get("arguments") or []
        check_types(list, arguments)
        check_types(str, file, module, *arguments)
        return cls(file=file, module=module, arguments=tuple(arguments), overridden=bool(data.get("overridden")))


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """What is the same for all tasks of a run.

    Attributes
    ----------
    subdir
        The name of a task's directory, as Hydra has it: ``hydra.sweep.subdir``.
    chdir
        Whether a task runs in its directory.
    directories
        Whether every task is one of Hydra's own jobs, with its directory and its log.
    cwd
        Where workers work; empty if that isn't known.
    config
        The directories and the name that the configs came from; None if there are no configs, or an older sweeprun
        didn't note it.
    task_variables
        Environment variables that depend on the task.
    composed_each
        Whether each task has a composed config of its own, with all its overrides.
    function
        What leads to the task function; None if the configs name it.
    script
        The main script of an application; None if an older sweeprun didn't note it.
    dims
        The names of dimensions of results that come without names.
    coords
        What is along them if no config says it, as JSON: `sweeprun.store.result_names.labels_from_json` reads it.
    """

    subdir: str = BY_NUMBER
    chdir: bool = False
    directories: bool = False
    cwd: str = ""
    config: Mapping[str, Any] | None = None
    task_variables: tuple[str, ...] = ()
    composed_each: bool = False
    function: FunctionReference | None = None
    script: Script | None = None
    dims: Dims = field(default_factory=dict)
    coords: Mapping[str, Any] = field(default_factory=dict)

    @property
    def base(self) -> Path:
        """Where workers work: where this process does if that isn't known."""
        return Path(self.cwd) if self.cwd else Path.cwd()

    def to_dict(self) -> dict[str, Any]:
        data: dict[str, Any] = {"subdir": self.subdir, "chdir": self.chdir, "directories": self.directories}
        for key in ("cwd", "config", "composed_each", "coords"):
            if value := getattr(self, key):
                data[key] = value
        if self.task_variables:
            data["task_variables"] = list(self.task_variables)
        if self.function is not None:
            data["function"] = self.function.to_dict()
        if self.script is not None:
            data["script"] = self.script.to_dict()
        if self.dims:
            data["dims"] = {result: list(names) for result, names in self.dims.items()}
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "JobSpec":
        function, script = data.get("function"), data.get("script")
        check_types(Mapping | None, function, script, data.get("config"))
        coords, variables = data.get("coords") or {}, data.get("task_variables") or []
        check_types(Mapping, coords)
        check_types(list, variables)
        subdir, cwd = data.get("subdir", BY_NUMBER), data.get("cwd") or ""
        check_types(str, subdir, cwd, *variables)
        return cls(
            subdir=subdir,
            chdir=bool(data.get("chdir")),
            directories=bool(data.get("directories", data.get("chdir"))),
            cwd=cwd,
            config=data.get("config"),
            task_variables=tuple(variables),
            composed_each=bool(data.get("composed_each")),
            function=None if function is None else FunctionReference.from_dict(function),
            script=None if script is None else Script.from_dict(script),
            dims=dims_from_json(data.get("dims", {})),
            coords=coords,
        )
