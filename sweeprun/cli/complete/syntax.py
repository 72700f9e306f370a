"""The options of the subcommands, as completion needs them.

They are a table, held to the parsers by a test: a parser is made by its subcommand, which imports what it runs with.
"""

from dataclasses import dataclass
from enum import Enum, auto


class Value(Enum):
    """What an argument, or the value of an option, names."""

    TEXT = auto()  # anything: nothing can be proposed
    FILE = auto()
    RUN = auto()
    AXIS = auto()  # the name of an axis of the run
    AXIS_VALUES = auto()  # axis=…
    AXIS_VALUE = auto()  # axis=value, one that the run has
    LAUNCHER_OPTION = auto()  # hydra.launcher.option=… of an existing run, and what else can be changed then
    CONFIG = auto()  # the name of a primary config
    OVERRIDE = auto()  # of a config, by Hydra
    SHELL = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """What a command line may hold behind its first word.

    Attributes
    ----------
    flags
        Options without a value.
    options
        Options with one: names -> what it is, or the choices.
    arguments
        What the other words may be.
    """

    flags: tuple[str, ...] = ()
    options: dict[str, Value | tuple[str, ...]]
    arguments: tuple[Value, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.flags, *self.options)


def _syntax(*arguments: Value, flags: str = "", **options: Value | tuple[str, ...]) -> Syntax:
    """A subcommand's; option names have dashes for underscores, and every subcommand has ``--help``."""
    named = {f"--{name.replace('_', '-')}": value for name, value in options.items()}
    return Syntax(flags=(*flags.split(), "--help", "-h"), options=named, arguments=arguments)


_INTERVALS = ("student", "normal", "bootstrap", "wilson", "counts", "poisson", "batches")

_OUTPUT: dict[str, Value | tuple[str, ...]] = {"--output": Value.FILE, "-o": Value.FILE}

_NAN = ("omit", "propagate", "raise")

_HYDRA = Syntax(
    flags=(
        *("--multirun", "-m", "--run", "-r", "--resolve", "--after-collect"),
        *("--help", "-h", "--hydra-help", "--version"),
    ),
    options={
        "--config-name": Value.CONFIG,
        "-cn": Value.CONFIG,
        **dict.fromkeys(("--config-path", "-cp", "--config-dir", "-cd"), Value.FILE),
        **dict.fromkeys(("--cfg", "-c"), ("job", "hydra", "all")),
        **dict.fromkeys(("--info", "-i"), ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath")),
        **dict.fromkeys(("--package", "-p", "--exclude", "--only", "--experimental-rerun"), Value.TEXT),
        **dict.fromkeys(("--shell-completion", "-sc"), Value.TEXT),
    },
    arguments=(Value.OVERRIDE,),
)


def _with_output(syntax: Syntax) -> Syntax:
    return Syntax(flags=syntax.flags, options=syntax.options | _OUTPUT, arguments=syntax.arguments)


SYNTAX = {
    "": _HYDRA,
    "plan": Syntax(flags=(*_HYDRA.flags, "--json"), options=_HYDRA.options, arguments=_HYDRA.arguments),
    "init": _syntax(Value.FILE, command=Value.TEXT),
    "collect": _with_output(
        _syntax(
            Value.RUN,
            flags="--json --csv-safe",
            variables=Value.TEXT,
            reveal=Value.TEXT,
            tolerance=Value.TEXT,
            zarr_format=("2", "3"),
        )
    ),
    "stats": _with_output(
        _syntax(
            Value.RUN,
            flags="--json --independent",
            over=Value.AXIS,
            variables=Value.TEXT,
            interval=_INTERVALS,
            level=Value.TEXT,
            nan=_NAN,
            quantiles=Value.TEXT,
            seed=Value.TEXT,
            target=Value.TEXT,
        )
    ),
    "report": _with_output(_syntax(Value.RUN, flags="--json --serve", port=Value.TEXT)),
    "status": _syntax(Value.RUN, flags="--json --watch"),
    "show": _syntax(Value.RUN, Value.AXIS_VALUE, flags="--json"),
    "logs": _syntax(Value.RUN, Value.AXIS_VALUE, flags="--path"),
    "wait": _syntax(Value.RUN),
    "cancel": _syntax(Value.RUN, flags="--whole-elements --trust", tasks=Value.TEXT),
    "throttle": _syntax(Value.RUN, flags="--trust"),
    "resume": _syntax(
        Value.RUN, Value.LAUNCHER_OPTION, flags="--after-collect --assume-ended --incomplete --allow-drift --trust"
    ),
    "extend": _syntax(
        Value.RUN,
        Value.AXIS_VALUES,
        Value.LAUNCHER_OPTION,
        flags="--allow-drift --trust --independent",
        until=Value.TEXT,
        over=Value.AXIS,
        interval=_INTERVALS,
        level=Value.TEXT,
        batch=Value.TEXT,
        limit=Value.TEXT,
        nan=_NAN,
    ),
    "replay": _syntax(Value.RUN, Value.AXIS_VALUE, flags="--pdb --allow-drift --trust"),
    "verify": _syntax(Value.RUN, flags="--json --allow-drift --trust", sample=Value.TEXT, seed=Value.TEXT),
    "list": _syntax(Value.FILE, flags="--json"),
    "completion": _syntax(Value.SHELL),
    "start": _syntax(Value.RUN),
    "worker": _syntax(
        Value.RUN, flags="--trust", submission=Value.TEXT, element=Value.TEXT, attempt=Value.TEXT, grace=Value.TEXT
    ),
    "element": _syntax(Value.RUN, flags="--trust"),
}
"""By subcommand; the one without a name is Hydra's own command line."""

SHELLS = ("bash", "zsh", "fish")
