"""The speed that is promised, measured with orders that take a second each.

What an apply waits for is measured in virtual time; once, all that it takes is, on the clock on the wall.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.conftest import Site

# Three layers refer to each other: repos, routing policies, processing policies.
THREE_LAYERS = 20, 1.5 * 3


def seconds_of_an_apply(site: Site, clock: Callable[[], float], **pacing: int) -> float:
    site.pacing = replace(site.pacing, **pacing)
    begun = clock()
    assert all(report.is_done for report in site.apply_all())
    return clock() - begun


@pytest.mark.speed
def test_forty_objects_take_little_longer_than_their_orders_on_the_clock_on_the_wall(
    open_site: Callable[..., Site],
) -> None:
    in_flight, seconds = THREE_LAYERS
    taken = []
    # Other programs may hold one apply up; a slow apply is slow each time.
    while len(taken) < 3 and not any(each <= seconds for each in taken):
        site = open_site(order_delay=1.0)
        taken.append(seconds_of_an_apply(site, time.monotonic, in_flight_per_logpoint=in_flight))
        assert site.most_in_flight() <= in_flight
    assert min(taken) <= seconds


@pytest.mark.parametrize(
    ("in_flight", "seconds"),
    [
        pytest.param(4, 1.25 * 10, id="40 orders of a second, 4 at a time"),
        pytest.param(*THREE_LAYERS, id="three layers of orders of a second, 20 at a time"),
    ],
)
def test_forty_objects_take_little_longer_than_their_orders(
    in_flight: int, seconds: float, imagine_site: Callable[..., Site]
) -> None:
    site = imagine_site(order_delay=1.0)
    assert site.clock is not None
    assert seconds_of_an_apply(site, site.clock, in_flight_per_logpoint=in_flight) <= seconds
    assert site.most_in_flight() <= in_flight


def test_many_logpoints_take_little_longer_than_one(imagine_site: Callable[..., Site]) -> None:
    site = imagine_site(order_delay=1.0)
    assert site.clock is not None
    site.logpoints = ("lp-01", "lp-02")
    assert seconds_of_an_apply(site, site.clock, in_flight=32, in_flight_per_logpoint=16) <= 1.5 * 4
    assert site.most_in_flight() <= 32
