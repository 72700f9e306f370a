"""``sweeprun init``: lay out a new study that runs at once."""

import os
import secrets
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path

from sweeprun.cli.arguments import subcommand_parser
from sweeprun.cli.init_command import Command
from sweeprun.errors import UsageError
from sweeprun.safe_text import plain_message
from sweeprun.store.files import create_file
from sweeprun.store.local_paths import local_path

_CONFIG = "conf/config.yaml"
_SWEEPER = "conf/hydra/sweeper/study.yaml"
_CLUSTER = "conf/hydra/launcher/cluster.yaml"
_OPTIONAL = ("README.md", ".gitignore")
"""Projects have these already; then they stay as they are."""

_ROOT_SEEDS = 10**12
"""Root seeds to draw from: two of 10,000 studies have the same one with a probability of 0.005 %."""

_SWEEP = "n=1000,10000 hydra.sweeper.members=20"
"""What the files of a study propose to sweep."""


def main(words: Sequence[str]) -> int:
    """Lay out a study, or make nothing at all."""
    parser = subcommand_parser(
        "init",
        "Lay out a new study: a config, a task function, and a cluster's options to begin with. It runs at once. "
        "Nothing that is there is changed.",
        "sweeprun init my-study",
    )
    parser.add_argument("directory", nargs="?", default=".", help="where; made if need be; by default here")
    parser.add_argument("--command", help="what to run instead of a Python function: './simulate --rate {rate=0.1}'")
    args = parser.parse_args(words)
    if not args.directory:
        raise UsageError("the directory is empty text; name one, or none for the one where you are: sweeprun init")
    directory = local_path(args.directory)
    command = None if args.command is None else Command.parse(args.command)
    _check_directory(directory)
    wanted = study_files(directory.absolute(), command, root_seed=secrets.randbelow(_ROOT_SEEDS))
    kept = [name for name in _OPTIONAL if os.path.lexists(directory / name)]
    made = {name: content for name, content in wanted.items() if name not in kept}
    there = [name for name in made if os.path.lexists(directory / name)]
    if there:
        raise UsageError(
            f"{_list_of(there)} {'is' if len(there) == 1 else 'are'} in {str(directory.absolute())!r} already, so "
            "nothing was made; choose another directory: sweeprun init DIRECTORY"
        )
    with _all_or_nothing() as begun:
        for name, content in made.items():
            _make(directory / name, content, begun)
    if command is not None and (note := _note_on_program(command.words[0], directory)):
        print(plain_message(note), file=sys.stderr)
    _tell(directory, list(made), kept, wanted[".gitignore"], command.sweep() if command else _SWEEP)
    return 0


def study_files(directory: Path, command: Command | None = None, *, root_seed: int = 0) -> Mapping[str, str]:
    """The files of a study in a directory, by their paths in it; of a Python function, or of a command.

    Its root seed makes its random streams others than those of any other study: without one, all would have the same.
    It has a file of its own, since the options of another sweeper don't have it.
    """
    module = module_name(directory)
    title = "".join(char if char.isprintable() else "?" for char in directory.name) or module
    if command is None:
        config = _template("config.yaml").replace("task: study.", f"task: {module}.")
        own = {_CONFIG: config, f"{module}.py": _template("study.py")}
    else:
        own = {_CONFIG: command.config()}
    sweep = command.sweep() if command else _SWEEP
    sweeper = _template("sweeper.yaml").replace("ROOT_SEED", str(root_seed))
    return own | {
        _SWEEPER: sweeper.partition("# params")[0] if command else sweeper,
        _CLUSTER: _template("cluster.yaml").replace(_SWEEP, sweep),
        "README.md": _template("README.md").replace("TITLE", title).replace(_SWEEP, sweep),
        ".gitignore": _template("gitignore"),
    }


def module_name(directory: Path) -> str:
    """What the study's module is called: after its directory, unless Python or the study has something of that name."""
    from importlib.machinery import PathFinder
    from keyword import iskeyword, issoftkeyword
    from unicodedata import normalize

    letters = normalize("NFKD", directory.name.casefold()).encode("ascii", "ignore").decode()
    name = "_".join("".join(char if char.isalnum() else " " for char in letters).split())
    if not name or name[0].isdigit():
        name = f"study_{name}".rstrip("_")
    elsewhere = [place for place in sys.path if place and Path(place) != directory]
    taken = iskeyword(name) or issoftkeyword(name) or name in sys.stdlib_module_names or name in _OWN_NAMES
    return f"{name}_study" if taken or PathFinder.find_spec(name, elsewhere) is not None else name


_OWN_NAMES = frozenset({"conf", "multirun", "outputs", "results"})


def _template(name: str) -> str:
    return (files("sweeprun.cli") / "study" / name).read_text(encoding="utf-8")


def _check_directory(directory: Path) -> None:
    """Refuse a path on which something lies that is no directory."""
    for path in (
        directory,
        *directory.parents,
        *(directory / name for name in ("conf", "conf/hydra", "conf/hydra/launcher", "conf/hydra/sweeper")),
    ):
        if os.path.lexists(path) and not path.is_dir():
            raise UsageError(f"{str(path)!r} is no directory, so no study can be made there; nothing was made")


@contextmanager
def _all_or_nothing() -> Iterator[list[Path]]:
    """Files and directories that are noted here while they are made go away again if something fails."""
    begun: list[Path] = []
    try:
        yield begun
    except BaseException:
        for path in reversed(begun):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


def _make(path: Path, content: str, begun: list[Path]) -> None:
    missing = [parent for parent in path.parents if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir()
        begun.append(parent)
    try:
        create_file(path, content.encode())
    except FileExistsError:
        raise UsageError(f"{str(path)!r} has just been made by somebody else; nothing was made") from None
    begun.append(path)


def _list_of(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _tell(directory: Path, made: Sequence[str], kept: Sequence[str], ignored: str, sweep: str) -> None:
    """Say what is there now, and what to type next."""
    abouts = {
        _CONFIG: "what to run, and its parameters",
        _SWEEPER: "the root seed of random streams",
        _CLUSTER: "options of your cluster: hydra/launcher=cluster",
        "README.md": "how to run it",
        ".gitignore": "leaves out what sweeps make",
    }
    width = max(map(len, made))
    print(plain_message(f"made in {directory.absolute()}:"))
    for name in made:
        print(f"  {name:<{width}}  {abouts.get(name, 'the task function, which estimates pi: put yours in its place')}")
    lines = [] if ".gitignore" not in kept else _not_ignored(directory / ".gitignore", ignored)
    if lines:
        print(f"your .gitignore lacks: {' '.join(lines)}")
    here = Path.cwd() == directory.resolve()
    print("next:")
    place = f"./{directory}" if str(directory).startswith("-") else str(directory)
    print(f"  {'' if here else f'cd {shlex.quote(place)} && '}sweeprun -m {sweep}")
    print("  sweeprun stats")


def _note_on_program(word: str, directory: Path) -> str:
    """What is to be told of a program that is here, but not in the study: there its path is another one."""
    program = Path(word)
    if program.is_absolute() or "/" not in word or (directory / word).exists() or not program.exists():
        return ""
    seen = os.path.relpath(program.absolute(), directory.absolute())
    return f"{word} is here, but not in {directory}, where tasks look for it: write {seen} into {_CONFIG}, or copy it"


def _not_ignored(path: Path, ignored: str) -> list[str]:
    """What a .gitignore lacks."""
    there = path.read_text(encoding="utf-8", errors="replace").split() if path.is_file() else []
    bare = {line.strip("/") for line in there}
    return [line for line in ignored.split() if line.strip("/") not in bare]
