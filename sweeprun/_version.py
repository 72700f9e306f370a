"""The version of sweeprun."""

__version__ = "0.1.0"
