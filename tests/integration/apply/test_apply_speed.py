"""The speed that is promised, measured with orders that take a second each."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.conftest import Site

pytestmark = pytest.mark.speed


@pytest.mark.parametrize(
    ("in_flight", "seconds"),
    [
        pytest.param(4, 1.25 * 10, id="40 orders of a second, 4 at a time"),
        # Three layers refer to each other: repos, routing policies, processing policies.
        pytest.param(20, 1.5 * 3, id="three layers of orders of a second, 20 at a time"),
    ],
)
def test_forty_objects_take_little_longer_than_their_orders(
    in_flight: int, seconds: float, open_site: Callable[..., Site]
) -> None:
    site = open_site(order_delay=1.0)
    site.pacing = replace(site.pacing, in_flight_per_logpoint=in_flight)
    begun = time.monotonic()
    report = site.apply()
    took = time.monotonic() - begun
    assert report.is_done
    assert took <= seconds
    assert site.most_in_flight() <= in_flight


def test_many_logpoints_take_little_longer_than_one(open_site: Callable[..., Site]) -> None:
    site = open_site(order_delay=1.0)
    site.pacing = replace(site.pacing, in_flight=32, in_flight_per_logpoint=16)
    site.logpoints = ("lp-01", "lp-02")
    begun = time.monotonic()
    assert all(report.is_done for report in site.apply_all())
    assert time.monotonic() - begun <= 1.5 * 4
    assert site.most_in_flight() <= 32
