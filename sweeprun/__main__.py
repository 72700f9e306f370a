"""The program ``sweeprun``, also as ``python -m sweeprun``, which launchers start."""

import os
import sys


def main() -> int:
    """Run the command line; its exit code. Ctrl-C ends it quietly with 130, also while its modules are being loaded."""
    try:
        from sweeprun.cli.main import main as run

        return _end_soon(run())
    except KeyboardInterrupt:
        return _end_soon(130)
    except RuntimeError as error:  # as Python 3.11 raises whatever happens while a class names its descriptors
        if isinstance(error.__cause__, KeyboardInterrupt):
            return 130
        raise
    except (ImportError, MemoryError) as error:
        from sweeprun.memory import memory_problem

        problem = memory_problem(error)
        if problem is None or os.environ.get("HYDRA_FULL_ERROR") == "1":
            raise
        sys.stderr.write(f"sweeprun: {problem}\n")
        return 2


def _end_soon(code: int) -> int:
    """The exit code of this process, which waits no longer than a moment for what tasks left running in it."""
    left = sys.modules.get("sweeprun.worker.left_threads")
    if left is not None:
        left.end_soon(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
