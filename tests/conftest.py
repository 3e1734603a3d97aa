"""For all tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# The machines that run the tests are shared: no test fails because one of its examples was slow. The examples are the same in
# every run, so that a commit that passed does not fail later; with VLRB_FUZZ they are new ones.
settings.register_profile(
    "shared machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="VLRB_FUZZ" not in os.environ,
)
settings.load_profile("shared machine")
