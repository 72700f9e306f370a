"""The program ``sweeprun``, also as ``python -m sweeprun``, which launchers start."""

import os
import sys


def main() -> int:
    """Run the command line; its exit code. Ctrl-C ends it quietly with 130, also while its modules are being loaded."""
    try:
        from sweeprun.cli.main import main as run

        return run()
    except KeyboardInterrupt:
        return 130
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


if __name__ == "__main__":
    sys.exit(main())
