"""For all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# The machines that run the tests are shared: no test fails because one of its examples was slow.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")
