"""A scheduler in memory, which lists what a test says, and notes what it was asked for; and a launcher for it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.launchers.arrays.commands import SchedulerError
from sweeprun.launchers.arrays.launcher import ArrayLauncher
from sweeprun.launchers.arrays.scheduler import INDEX, ArrayLimits, ByHand, JobRequest, ListedJob, Scheduler
from sweeprun.launchers.arrays.script import quote
from sweeprun.store.activity import Element, ElementState
from sweeprun.store.submissions import JobRole


@dataclass(kw_only=True)
class Listing(Scheduler):
    """What it lists, where its jobs were submitted, and the errors with which it answers first."""

    name = "Listing"
    by_hand = ByHand(submit="give {script}", cancel="drop {job}", throttle="slow {job} N")
    cpus = "$CPUS"
    cpu_variables = ("GIVEN_CPUS",)

    listed: list[ListedJob] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    accounts: dict[tuple[str, int], str] = field(default_factory=dict)
    nodes: frozenset[str] = frozenset()
    failures: list[SchedulerError] = field(default_factory=list)
    calls: list[tuple[object, ...]] = field(default_factory=list)

    def limits(self) -> ArrayLimits:
        return ArrayLimits(max_elements=100)

    def hosts(self) -> frozenset[str]:
        return self.nodes

    def directives(self, request: JobRequest) -> list[str]:
        elements = "one" if request.array is None else len(request.array)
        return [f"#GIVE {elements}: {request.title}"]

    def opening(self, request: JobRequest) -> list[str]:
        return [f"exec >>{quote(request.log.replace(INDEX, '7'))}"]

    def check(self, request: JobRequest, script: str, variables: Mapping[str, str]) -> str:
        self._answer("check", request, script, variables)
        return ""

    def submit(self, request: JobRequest, after: Iterable[str], variables: Mapping[str, str]) -> str:
        self._answer("submit", request.script, list(after), variables)
        return str(100 + len(self.calls))

    def jobs(self, job_ids: Collection[str] | None) -> list[ListedJob]:
        self._answer("jobs", job_ids)
        return self.listed

    def directories(self, job_ids: Collection[str]) -> dict[str, str]:
        return {job_id: place for job_id, place in self.places.items() if job_id in job_ids}

    def ended(self, job_ids: Collection[str], since: float) -> dict[tuple[str, int], str]:
        del since
        return {key: reason for key, reason in self.accounts.items() if key[0] in job_ids}

    def cancel(self, jobs: Mapping[str, TaskIds | None]) -> None:
        self._answer("cancel", {job: None if own is None else str(own) for job, own in jobs.items()})

    def set_throttle(self, job_id: str, throttle: int) -> None:
        self._answer("set_throttle", job_id, throttle)

    def asked(self, name: str) -> list[tuple[object, ...]]:
        """The arguments of all calls of a method."""
        return [call[1:] for call in self.calls if call[0] == name]

    def _answer(self, *call: object) -> None:
        self.calls.append(call)
        if self.failures:
            raise self.failures.pop(0)


def job(
    job_id: str, index: int | None, state: ElementState, token: str = "a0", *, reason: str = "", collects: bool = False
) -> ListedJob:
    element = Element(state=state, job_id=job_id, reason=reason)
    return ListedJob(element=element, index=index, token=token, role=JobRole.COLLECT if collects else JobRole.ARRAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingLauncher(ArrayLauncher):
    """A launcher whose scheduler each has of its own; tests replace it."""

    name = "listing"
    places: int = 3

    def scheduler(self) -> Listing:
        if self.places < 0:
            raise UsageError(f"places={self.places} are too few")
        return Listing()
