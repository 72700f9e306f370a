"""The code that results come from: which source files, functions and packages, and how two states of them differ.

What it consists of is found out at submission (`sweeprun.worker.sources`). From then on reading these files again tells
whether the code is still the same, without importing or running anything.
"""

import ast
import hashlib
import json
import platform
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from sweeprun.errors import FormatError
from sweeprun.provenance.packages import installed_packages
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import create_file, make_directory, read_json
from sweeprun.store.manifest import Manifest
from sweeprun.store.submissions import read_submission

FORMAT = "sweeprun-code"
VERSION = 1
_DIGEST_LENGTH = 12
_DIGEST = re.compile(f"[0-9a-f]{{{_DIGEST_LENGTH}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of the code.

    Attributes
    ----------
    content
        SHA-256 of its bytes; empty if it isn't there.
    meaning
        SHA-256 of its syntax tree, in which comments, layout and docstrings don't count; of its bytes where it is no
        Python.
    """

    content: str
    meaning: str

    def same_as(self, other: "SourceFile") -> bool:
        """Whether the code is the same; trees differ between versions of Python, so the same bytes count as well."""
        return self.content == other.content or self.meaning == other.meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The code of a run, as it was at some moment.

    Attributes
    ----------
    base
        The directory that the names of files are relative to.
    files
        Its source files: those of the task function's module and of all that it imports, without installed packages.
    functions
        The task functions, by name: ``(file, qualified name, SHA-256 of its syntax tree)``. Those that are in the run
        itself, as a notebook's are, have no file.
    packages
        The versions of the installed packages that it imports; None for one that isn't there any more.
    python
        The version of Python.
    """

    base: str
    files: Mapping[str, SourceFile] = field(default_factory=dict)
    functions: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    packages: Mapping[str, str | None] = field(default_factory=dict)
    python: str = field(default_factory=platform.python_version)

    @property
    def digest(self) -> str:
        """A short name of this state of the code; two states of one meaning have the same."""
        parts: list[Any] = [
            sorted((name, file.meaning) for name, file in self.files.items()),
            sorted(self.packages.items()),
            _minor(self.python),
        ]
        if given := sorted((name, digest) for name, (file, _, digest) in self.functions.items() if not file):
            parts.append(given)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_DIGEST_LENGTH]

    def differences(self, other: "Code") -> list[str]:
        """What is different in another state of the code, in words; empty if it means the same."""
        found = []
        for name, file in self.files.items():
            now = other.files.get(name)
            if now is None or not now.content:
                if file.content:
                    found.append(f"{name} is gone")
            elif not file.same_as(now):
                found.append(self._changed(name, other) if file.content else f"{name} is there again")
        found += [f"{name} is new" for name in other.files if name not in self.files]
        names = [*self.packages, *(name for name in other.packages if name not in self.packages)]
        for package in names:
            before, after = self.packages.get(package), other.packages.get(package)
            if before != after:
                found.append(f"{package} {before or 'was not installed'} -> {after or 'not installed'}")
        if _minor(self.python) != _minor(other.python):
            found.append(f"Python {self.python} -> {other.python}")
        return found + self._differences_in_run(other)

    def _differences_in_run(self, other: "Code") -> list[str]:
        """What is different of the functions that the run itself holds."""
        before, after = (
            {name: digest for name, (file, _, digest) in code.functions.items() if not file} for code in (self, other)
        )
        changed = [name for name, digest in before.items() if after.get(name) != digest]
        found = [f"the function {name} {'has changed' if name in after else 'is gone'}" for name in changed]
        return found + [f"the function {name} is new" for name in after if name not in before]

    def _changed(self, name: str, other: "Code") -> str:
        """That a file has changed, and whether the task functions in it have."""
        own = [function for function, (file, _, _) in self.functions.items() if file == name]
        changed = [function for function in own if self.functions[function] != other.functions.get(function)]
        if changed:
            return f"{name} has changed, and in it the task function {', '.join(changed)}"
        return f"{name} has changed" + (f", but not the task function {', '.join(own)} itself" if own else "")

    def joined(self, other: "Code") -> "Code":
        """The code with further files, functions and packages."""
        return replace(
            self,
            files={**self.files, **other.files},
            functions={**self.functions, **other.functions},
            packages={**self.packages, **other.packages},
        )

    def read_again(self, base: Path | None = None, packages: Mapping[str, str] | None = None) -> "Code":
        """The same files and packages as they are now; below another directory, or of known packages, if given."""
        base = base or Path(self.base)
        files = {name: _read_source(base / name, known=file) for name, file in self.files.items()}
        packages = installed_packages() if packages is None else packages
        if all(files[name].content == file.content for name, file in self.files.items()):
            functions = dict(self.functions)
        else:
            functions = {
                name: (file, qualname, function_digest(base / file, qualname) if file else digest)
                for name, (file, qualname, digest) in self.functions.items()
            }
        return Code(
            base=str(base),
            files=files,
            functions=functions,
            packages={name: packages.get(name) for name in self.packages},
        )

    def to_dict(self) -> dict[str, Any]:
        return {"format": FORMAT, "version": VERSION, "digest": self.digest, **asdict(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Code":
        if (data.get("format"), data.get("version")) != (FORMAT, VERSION):
            raise FormatError(
                f"it is {data.get('format')!r} of version {data.get('version')!r} and this sweeprun reads {FORMAT!r} "
                f"of version {VERSION}; use the sweeprun that made it, or a newer one"
            )
        return cls(
            base=str(data["base"]),
            files={str(name): SourceFile(**file) for name, file in data["files"].items()},
            functions={
                str(name): (str(file), str(qualname), str(digest))
                for name, (file, qualname, digest) in data["functions"].items()
            },
            packages=dict(data["packages"]),
            python=str(data["python"]),
        )


def write_code(run: RunDirectory, code: Code) -> str:
    """Keep a state of the code in a run directory, under its digest, which is given back."""
    digest = code.digest
    if not run.code(digest).exists():
        make_directory(run.codes)
        with suppress(FileExistsError):
            create_file(run.code(digest), json.dumps(code.to_dict(), indent=1).encode())
    return digest


def read_code(run: RunDirectory, digest: str) -> Code | None:
    """A state of the code that was kept; None if it was not, or can't be read."""
    with suppress(FormatError):
        return _read_kept(run, digest)
    return None


def _read_kept(run: RunDirectory, digest: str) -> Code | None:
    """The same; what the system says, if it can't read it, is raised as a `FormatError`."""
    if not _DIGEST.fullmatch(digest):
        return None
    try:
        return Code.from_dict(read_json(run.code(digest)))
    except FormatError as error:
        if isinstance(error.__cause__, OSError):
            raise
    except (FileNotFoundError, KeyError, TypeError, ValueError, AttributeError):
        pass
    return None


def accepted_code(run: RunDirectory, manifest: Manifest, submission: int | None = None) -> str:
    """The digest of the code that a submission was made with, by default the last one; empty if it isn't known."""
    digest = manifest.provenance.get("code")
    numbers = [path.stem for path in run.submissions.glob("*.json")] if submission is None else [str(submission)]
    for number in sorted(map(int, filter(str.isdecimal, numbers)), reverse=True):
        with suppress(FormatError):
            if own := read_submission(run, number).provenance.get("code"):
                return str(own)
    return str(digest or "")


def current_code(run: RunDirectory, accepted: str, packages: Mapping[str, str] | None = None) -> str:
    """The digest of what the accepted code has become by now; if it has changed, its new state is kept, too.

    Parameters
    ----------
    run, accepted
        The run, and the digest of that code.
    packages
        The versions of all packages, if they are known.

    Raises
    ------
    FormatError
        If the accepted code is kept and the system can't read it for the moment: records would say that it isn't known.
    """
    code = _read_kept(run, accepted)
    if code is None:
        return ""
    now = code.read_again(packages=packages)
    return accepted if not code.differences(now) else write_code(run, now)


def describe_code(
    base: Path, files: Iterable[Path], functions: Mapping[str, tuple[Path, str]], packages: Iterable[str]
) -> Code:
    """The code as it is now.

    Parameters
    ----------
    base
        The directory that it belongs to.
    files, packages
        What it consists of.
    functions
        The task functions by name: ``(file, qualified name)``.
    """
    installed = installed_packages()
    return Code(
        base=str(base),
        files={_shown(file, base): _read_source(file) for file in sorted(files)},
        functions={
            name: (_shown(file, base), qualname, function_digest(file, qualname))
            for name, (file, qualname) in functions.items()
        },
        packages={name: installed.get(name) for name in sorted(packages)},
    )


def _shown(file: Path, base: Path) -> str:
    return str(file.relative_to(base)) if file.is_relative_to(base) else str(file)


def _read_source(path: Path, known: SourceFile | None = None) -> SourceFile:
    """A file as it is now; the tree is made only if the bytes aren't those that are known."""
    try:
        content = path.read_bytes()
    except OSError:
        return SourceFile(content="", meaning="")
    digest = hashlib.sha256(content).hexdigest()
    if known is not None and known.content == digest:
        return known
    meaning = digest
    if path.suffix == ".py":
        with suppress(SyntaxError, ValueError, RecursionError):
            meaning = _tree_digest(ast.parse(content))
    return SourceFile(content=digest, meaning=meaning)


def function_digest(path: Path, qualname: str) -> str:
    """SHA-256 of the syntax tree of a function or class in a file; empty if it can't be found there."""
    try:
        node: ast.AST = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return ""
    for part in qualname.split("."):
        if part != "<locals>":
            found = next((child for child in ast.walk(node) if getattr(child, "name", None) == part), None)
            if not isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                return ""
            node = found
    return _tree_digest(node)


def source_digest(source: str) -> str:
    """SHA-256 of the syntax tree of some source; of its text where it is none by itself."""
    try:
        return _tree_digest(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError):
        return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()


def _tree_digest(tree: ast.AST) -> str:
    for node in ast.walk(tree):
        match node:
            case (
                ast.FunctionDef(body=body)
                | ast.AsyncFunctionDef(body=body)
                | ast.ClassDef(body=body)
                | ast.Module(body=body)
            ) if ast.get_docstring(node, clean=False) is not None:
                del body[0]
    return hashlib.sha256(ast.dump(tree).encode("utf-8", "surrogatepass")).hexdigest()


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
