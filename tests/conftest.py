"""Hypothesis draws the same examples in every run; a failure is never a matter of luck, or of a busy machine."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "deterministic", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("deterministic")
