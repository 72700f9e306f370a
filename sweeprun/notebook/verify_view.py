"""What came out of running tasks again, as a notebook shows it."""

from sweeprun.runs.verify import Verified
from sweeprun.safe_text import plain_line


class RunVerified(Verified):
    """What came out of running tasks again, as `Run.verify` gives it.

    Its attributes are those of `sweeprun.runs.verify.Verified`.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        lines = [str(self)]
        for verdict in self.different:
            where = " ".join(f"{name}={value}" for name, value in verdict.coordinates.items())
            what = "; ".join(": ".join(filter(None, (one.variable, one.what))) for one in verdict.differences)
            lines.append(f"  task {verdict.task_id} {where}: {what}" + (f" ({verdict.cause})" if verdict.cause else ""))
        return "\n".join(map(plain_line, lines))
