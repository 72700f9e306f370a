"""Statistics of a run, as a notebook shows them."""

import io
from typing import TYPE_CHECKING

from sweeprun.display.look_text import look_text
from sweeprun.display.stats_tables import StatsTable, StatsTables, print_tables, stats_tables
from sweeprun.notebook.summary import escaped
from sweeprun.runs.stats import RunLook, RunStatistics
from sweeprun.safe_text import plain, plain_line

if TYPE_CHECKING:
    import xarray as xr

_REST = ".dataset"


class RunStats(RunStatistics):
    """Statistics of the results of a run, as `Run.stats` gives them.

    Its attributes are those of `sweeprun.runs.stats.RunStatistics`, such as ``notes``, and ``dataset``.
    """

    __slots__ = ()

    @property
    def dataset(self) -> "xr.Dataset":
        """The statistics of each variable, along the dimension ``statistic``; as of ``ds.mc.statistics()``."""
        return self.statistics

    @property
    def _tables(self) -> StatsTables:
        return stats_tables(self.results, self.statistics, everything=self.everything)

    def __repr__(self) -> str:
        text = io.StringIO()
        print_tables(self._tables, _REST, text)
        return "\n".join([*text.getvalue().splitlines(), *map(plain_line, (*self.warnings, *self.notes))])

    def _repr_html_(self) -> str:
        tables = self._tables
        parts = [_html(table) for table in tables.tables]
        lines = [f"with dims of their own: {', '.join(tables.long)}; {_REST} has them"] if tables.long else []
        return "".join([*parts, *(f"<div>{escaped(line)}</div>" for line in (*lines, *self.warnings, *self.notes))])


class RunTarget(RunLook):
    """How far the results of a run are from a target, as `Run.stats` gives it.

    Its attributes are those of `sweeprun.runs.stats.RunLook`, such as ``look`` and ``notes``.
    """

    __slots__ = ()

    @property
    def holds(self) -> bool:
        """Whether the target holds at every point."""
        return not self.look.open_points

    @property
    def more(self) -> int | None:
        """How many more members are needed; None if that can't be told."""
        return None if self.look.untold.any() else int(self.look.more)

    def __repr__(self) -> str:
        text = plain(look_text(self.look, self.members, self.options.settings(), rest=".look"))
        return "\n".join([text, *map(plain_line, (*self.warnings, *self.notes))])


def _html(table: StatsTable) -> str:
    head = "".join(f"<th>{escaped(column)}</th>" for column in table.columns)
    rows = "".join("<tr>" + "".join(f"<td>{escaped(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
    more = f"<div>… and {table.more} more points; {_REST} has all</div>" if table.more else ""
    return f"<table><caption>{escaped(table.title)}</caption><tr>{head}</tr>{rows}</table>{more}"
