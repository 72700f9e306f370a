"""What a launcher says of itself, so that no one else need know it by its name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, is_dataclass
from typing import Any

NOT_AN_OPTION = {"sweeprun": "not an option"}
"""The ``metadata`` of a launcher's field that is no option of users: ``field(metadata=NOT_AN_OPTION)``."""

VARIABLES = "variables"
"""What launchers get beside their options: the environment variables of workers, ``hydra.job.env_set``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """Options of which some were another launcher's.

    Attributes
    ----------
    options
        As a launcher of ours takes them, and what it doesn't know.
    became
        What became of those of the other launcher that say something, in words.
    """

    options: Mapping[str, Any]
    became: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a launcher can do, and how it is to be spoken of: the attribute ``capabilities`` of its class.

    Attributes
    ----------
    on_this_machine
        Whether its workers are processes of the machine that launches them. Then nothing is added to a run that still
        runs here, and a run may be looked at often.
    launches_all_at_once
        Whether one call of ``launch`` takes submissions with different options. By default it is called once for each
        set of options, in a row.
    same_for_all_tasks
        The options that all tasks of a run share. All others may refer to swept keys.
    shares_files
        Whether its workers write into the run directory, so that their machines must see it. If not, the process that
        launches them writes what arrives.
    changes_throttle
        Whether `set_throttle` works while something waits or runs.
    cancels_elements
        Whether `cancel` can stop some elements, and leave the others.
    queues_again
        Whether an element that is stopped for no fault of its own, at the end of its time or with its machine, is
        queued again by itself.
    submission_text
        How a submission is called where it is listed; ``{jobs}`` stands for the ids of its jobs. By default the
        launcher's name, and the ids.
    element_job
        For launchers that submit job arrays, whose scripts call ``sweeprun element``: the class of the jobs, a
        `sweeprun.launchers.arrays.element_job.ElementJob`, as ``module:Class``.
    hint
        Says what to write instead of a wrong option; None if it doesn't know the name.
    translate
        Makes its own options of those of other launchers, which a config may still hold. It is given all options and
        its own defaults. By default none is understood.
    """

    on_this_machine: bool = False
    launches_all_at_once: bool = False
    same_for_all_tasks: frozenset[str] = frozenset({"throttle"})
    shares_files: bool = True
    changes_throttle: bool = False
    cancels_elements: bool = False
    queues_again: bool = False
    submission_text: str = ""
    element_job: str = ""
    hint: Callable[[str], str | None] | None = None
    translate: Callable[[Mapping[str, Any], Mapping[str, Any]], Translated] | None = None

    def submission(self, launcher: str, jobs: Sequence[str]) -> str:
        """How a submission of a launcher of that name is called, which became some jobs."""
        ids = ", ".join(filter(None, jobs))
        if self.submission_text:
            return self.submission_text.replace("{jobs}", ids)
        return f"{launcher} {ids}" if ids else launcher


def capabilities_in(kind: Any) -> Capabilities:
    """What a launcher's class says of itself; one that says nothing can do what all can."""
    found = getattr(kind, "capabilities", None)
    return found if isinstance(found, Capabilities) else Capabilities()


def option_fields(kind: Any) -> "tuple[Field[Any], ...] | None":
    """The options of a launcher: the fields of its class; None if that is no dataclass, so that they aren't known."""
    if not (isinstance(kind, type) and is_dataclass(kind)):
        return None
    return tuple(
        own for own in fields(kind) if own.init and own.name != VARIABLES and own.metadata.get("sweeprun") is None
    )
