"""What verbs take for granted; doors name it in their help, without loading the verbs."""

from sweeprun.wording import flag

ALLOW_DRIFT = flag("allow_drift").to(True)
SAMPLE = 20
"""How many tasks are run again to verify a run."""

LEVEL = 0.95
"""How often an interval holds the mean."""

MOST_MEMBERS = 1000
"""How many members there may be when they are added until a target holds."""
