"""What a night found of a client: when it is the same as before, and what could not be checked."""

from __future__ import annotations

from lpcac.action.nightly.client_findings import ClientDriftCheck, LostApply
from lpcac.core.resources import Target
from lpcac.planning.drift import Drift

TARGET = Target("acme", "pool-acme", "lp-01", "1" * 32, "2" * 32)


def test_what_else_was_lost_makes_a_difference() -> None:
    one, two = (
        ClientDriftCheck("acme", lost=(LostApply(TARGET, "a" * 40, reasons),))
        for reasons in (("1 file",), ("2 files",))
    )

    assert one.digest != two.digest


def test_a_night_tells_why_targets_could_not_be_checked() -> None:
    night = ClientDriftCheck("acme", (Drift(TARGET), Drift(TARGET, not_checked="timed out")))

    assert night.unchecked == (f"{TARGET}: timed out",)
    assert (night.is_complete, night.is_clean_as_checked, night.is_clean) == (False, True, False)
