"""Hypothesis draws the same examples in every run; a failure is never a matter of luck."""

from hypothesis import settings

settings.register_profile("deterministic", derandomize=True, deadline=None)
settings.load_profile("deterministic")
