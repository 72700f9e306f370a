"""Suites for what other packages add to sweeprun: pytest collects the tests of classes that are derived from them."""

import pytest

pytest.register_assert_rewrite("sweeprun.testing.harness", "sweeprun.testing.launcher_contract")

from sweeprun.testing.launcher_contract import LauncherContract  # noqa: E402  # once its asserts show values

__all__ = ["LauncherContract"]
