"""``sweeprun worker RUN INDEX``: what every launcher starts."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

from sweeprun.cli.arguments import add_trust, subcommand_parser
from sweeprun.cpus import thread_environment, usable_cpus
from sweeprun.design.policy import GRACE_SECONDS
from sweeprun.errors import UsageError
from sweeprun.store.local_paths import local_path

_ARROWS_ALLOCATOR = "JE_ARROW_MALLOC_CONF"


def main(words: Sequence[str]) -> int:
    """Run elements of an array; 0 if every task succeeded, 1 if not, but only after all of them ran."""
    parser = subcommand_parser(
        "worker",
        "Run elements of a run's array in this process. Launchers start this; by hand it runs one again.",
        "sweeprun worker multirun/2026-05-04/10-11-12 7",
    )
    parser.add_argument("run", type=local_path, help="the run directory")
    parser.add_argument("index", help="an array index, a range FIRST-LAST, or - to read requests from standard input")
    parser.add_argument("--submission", type=int, default=0, metavar="N", help="the submission; by default the first")
    parser.add_argument("--element", type=int, metavar="INDEX", help="with -: the element that the tasks are of")
    parser.add_argument("--attempt", type=int, metavar="N", help="the number of the attempt at these tasks")
    add_trust(parser)
    parser.add_argument(
        "--grace",
        type=float,
        default=GRACE_SECONDS,
        metavar="SECONDS",
        help=f"how long a task may go on after the first Ctrl-C or SIGTERM ({GRACE_SECONDS:g}); 0 stops it at once",
    )
    args = parser.parse_args(words)
    os.environ.update(thread_environment(usable_cpus()))

    from sweeprun.store.directory import open_run_directory
    from sweeprun.store.submissions import find_submission, read_submission
    from sweeprun.store.trust import check_trusted
    from sweeprun.store.workers import Place

    run = open_run_directory(args.run)
    check_trusted(run, trust=args.trust, doing="a worker runs what is in it")
    submission = find_submission(run, args.submission)
    with without_arrows_thread() if submission is not None and submission.gives_processes else nullcontext():
        from sweeprun.worker.serve import run_tasks, serve_tasks
    if args.index == "-":
        return serve_tasks(run, Place(submission=args.submission, index=args.element, attempt=args.attempt or 1))
    indices = _indices(args.index)
    submission = read_submission(run, args.submission)
    if indices.stop > len(submission.array):
        raise UsageError(f"array index {indices.stop - 1} is not in 0-{len(submission.array) - 1}")
    place = Place(submission=args.submission, attempt=args.attempt or submission.attempt)
    return run_tasks(run, place, submission.array.chunks(indices.start, indices.stop), grace=args.grace)


@contextmanager
def without_arrows_thread() -> Iterator[None]:
    """Meanwhile, Arrow is imported without a thread of its allocator's, which would be there when processes are forked.

    References
    ----------
    jemalloc, "TUNING": ``background_thread``; Arrow's copy of it reads ``JE_ARROW_MALLOC_CONF`` when it is loaded.
    """
    before = os.environ.get(_ARROWS_ALLOCATOR)
    os.environ[_ARROWS_ALLOCATOR] = f"{before},background_thread:false" if before else "background_thread:false"
    try:
        yield
    finally:
        os.environ.pop(_ARROWS_ALLOCATOR)
        if before is not None:
            os.environ[_ARROWS_ALLOCATOR] = before


def _indices(text: str) -> range:
    first, _, last = text.partition("-")
    try:
        indices = range(int(first), int(last or first) + 1)
    except ValueError:
        raise UsageError(f"{text!r} is no array index; write a number, FIRST-LAST, or -") from None
    if not indices:
        raise UsageError(f"{text!r} names no element; write the smaller array index first")
    return indices
