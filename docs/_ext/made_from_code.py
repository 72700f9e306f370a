"""What the reference says of commands, options and exports is made from the code, so it can't be out of date."""

import inspect
import io
import os
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import MISSING, Field, is_dataclass
from pathlib import Path
from typing import Any, ClassVar, get_type_hints

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import sweeprun
from sweeprun.cli.main import SUBCOMMANDS, main
from sweeprun.config.launcher_schema import JobOptions, config_type
from sweeprun.config.schema import SampleOptions, SweeperOptions
from sweeprun.launchers.capabilities import option_fields
from sweeprun.launchers.local_options import LocalOptions
from sweeprun.launchers.slurm.launcher_options import SlurmOptions

_OPTIONS = {
    "The sweeper": ("hydra.sweeper", SweeperOptions),
    "Samples": ("hydra.sweeper.sample", SampleOptions),
    "The local launcher": ("hydra.launcher", LocalOptions),
    "The launcher for Slurm": ("hydra.launcher", SlurmOptions),
    "All launchers": ("hydra.launcher", JobOptions),
}
_ATTRIBUTE = re.compile(r"^(\w+)\n((?:    .*\n?)+)", re.MULTILINE)


def help_of(*words: str) -> str:
    """What a command's ``--help`` prints, as a block."""
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            main([*words, "--help"])
    except SystemExit as end:  # argparse has printed it
        if end.code:
            raise
    return f"```text\n{printed.getvalue().rstrip()}\n```\n"


def commands_page() -> str:
    """The page of all commands."""
    os.environ["COLUMNS"] = "85"
    page = f"# Commands\n\nWhat `--help` prints, in version {sweeprun.__version__}.\n\n## sweeprun\n\n{help_of()}"
    for name, summary in SUBCOMMANDS.items():
        page += f"\n## {name}\n\n{summary[0].upper()}{summary[1:]}.\n\n{help_of(name)}"
    return page


def options_page() -> str:
    """The page of all options that Hydra's command line takes for a sweep."""
    page = "# Options\n\nThey are set in the config, or on the command line. Their types are checked.\n"
    page += "Those of launchers may refer to swept keys (`hydra.launcher.cpus_per_task='${cores}'`), but for what all "
    page += "tasks of a run share, such as the throttle.\n"
    for title, (node, options) in _OPTIONS.items():
        chosen = {LocalOptions: " (`hydra/launcher=local`, the default)", SlurmOptions: " (`hydra/launcher=slurm`)"}
        page += f"\n## {title}\n\nThe keys of `{node}`{chosen.get(options, '')}:\n\n"
        page += "".join(described_options(node, options))
    return page


def described_options(node: str, options: type) -> Iterator[str]:
    """A definition of each option: its key, type, default, and what its docstring says."""
    documented = [inspect.getdoc(kind) or "" for kind in reversed(options.__mro__) if is_dataclass(kind)]
    texts = dict(_ATTRIBUTE.findall("\n".join(documented)))
    kinds = get_type_hints(options)
    for option in option_fields(options) or ():
        text = " ".join(texts[option.name].split())
        yield f"`{node}.{option.name}`\n: `{type_of(config_type(kinds[option.name]))}`{default_of(option)}. {text}\n\n"


def type_of(kind: Any) -> str:
    """The type of an option in a config, as it is written."""
    return (
        kind.__name__ if isinstance(kind, type) and not hasattr(kind, "__args__") else str(kind).replace("typing.", "")
    )


def default_of(option: Field) -> str:
    """The default of an option."""
    value = option.default if option.default_factory is MISSING else option.default_factory()
    return f", by default `{value!r}`" if isinstance(value, (bool, int, float, str)) else ""


class OtherExports(SphinxDirective):
    """Documents what `sweeprun` exports, but for the names that are given: these are elsewhere on the page."""

    has_content = False
    optional_arguments = 50
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        lines: list[str] = []
        for name in sweeprun.__all__:
            if name not in self.arguments:
                kind = "autoclass" if inspect.isclass(getattr(sweeprun, name)) else "autofunction"
                lines += [f".. {kind}:: sweeprun.{name}", ""]
        return self.parse_content_to_nodes() if not lines else self._parsed(lines)

    def _parsed(self, lines: list[str]) -> list[nodes.Node]:
        holder = nodes.container()
        self.state.nested_parse(StringList(lines, source=__file__), self.content_offset, holder)
        return holder.children


def keep_first_line(_app: Sphinx, what: str, _name: str, _object: object, _options: object, lines: list[str]) -> None:
    """Hide the first line of a property from napoleon, which takes what stands before a colon for a type."""
    if what == "property":
        lines[:0] = ["..", ""]  # an empty comment


def write_pages(app: Sphinx) -> None:
    """Write those pages that changed."""
    for name, page in {"_commands.md": commands_page(), "_options.md": options_page()}.items():
        path = Path(app.srcdir) / "reference" / name
        if not path.exists() or path.read_text(encoding="utf-8") != page:
            path.write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls this."""
    app.add_directive("other-exports", OtherExports)
    app.connect("builder-inited", write_pages)
    app.connect("autodoc-process-docstring", keep_first_line, priority=100)  # before napoleon
    return {"parallel_read_safe": True, "parallel_write_safe": True}
