"""``python -m sweeprun``: the command line that launchers start."""

import sys

from sweeprun.cli.main import main

sys.exit(main())
