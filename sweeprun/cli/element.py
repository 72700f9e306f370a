"""``sweeprun element RUN N``: what job scripts run."""

import os
from collections.abc import Sequence

from sweeprun.cli.arguments import add_trust, subcommand_parser
from sweeprun.design.task_ids import TaskIds
from sweeprun.store.local_paths import local_path
from sweeprun.store.workers import Place


def main(words: Sequence[str]) -> int:
    """Run the element that this job is; 1 if any task failed, but only after all of them ran."""
    parser = subcommand_parser(
        "element",
        "Run the element of a job array that this job is; job scripts call this.",
        "sweeprun element multirun/2026-05-04/10-11-12 0",
    )
    parser.add_argument("run", type=local_path, help="the run directory")
    parser.add_argument("submission", type=int, help="the number of the submission")
    add_trust(parser)
    args = parser.parse_args(words)

    from sweeprun.launchers.arrays.element import ElementRun
    from sweeprun.launchers.arrays.element_job import element_job
    from sweeprun.store.directory import open_run_directory
    from sweeprun.store.submissions import read_submission
    from sweeprun.store.trust import check_trusted

    run = open_run_directory(args.run)
    check_trusted(run, trust=args.trust, doing="an element runs what is in it")
    submission = read_submission(run, args.submission)
    job = element_job(str(submission.launcher.get("name")), os.environ)

    def run_here(place: Place, task_ids: TaskIds) -> int:
        from sweeprun.worker.serve import run_tasks

        return run_tasks(run, place, task_ids)

    try:
        return ElementRun(run, submission, job, run_here).run()
    except KeyboardInterrupt:
        return 130
