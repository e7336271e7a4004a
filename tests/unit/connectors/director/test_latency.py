"""How often orders are asked about and how soon their end is noticed, simulated on a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from random import Random
from statistics import mean, median
from typing import Any

import pytest

from lpcac.connectors.director.latency import LatencyEstimate

Virtually = Callable[[Coroutine[Any, Any, Any]], Any]
LATENCY = 0.01
"""Seconds from a question to its answer."""


@dataclass(frozen=True)
class Noticed:
    """One order: how long it took, how often it was asked about, and how late its end was noticed."""

    length: float
    polls: int
    late: float

    def is_within(self, share: float, seconds: float) -> bool:
        return self.late <= max(share * self.length, seconds) + 0.001


async def order(pace: LatencyEstimate, length: float) -> Noticed:
    """Follow one order as `follow` does."""
    loop = asyncio.get_running_loop()
    due = loop.time() + length
    await asyncio.sleep(LATENCY)
    began, polling, polls, unfinished = loop.time(), pace.polling(), 0, 0.0
    while True:
        await polling.wait(began, 1e6)
        asked, polls = loop.time() - began, polls + 1
        await asyncio.sleep(LATENCY / 2)
        seen = loop.time()
        await asyncio.sleep(LATENCY / 2)
        if seen >= due:
            pace.learn_order(unfinished, loop.time() - began)
            return Noticed(length, polls, seen - due)
        unfinished = asked
        polling.in_vain(asked)


async def orders(lengths: Sequence[float], in_flight: int) -> list[Noticed]:
    pace, slots = LatencyEstimate(), asyncio.Semaphore(in_flight)

    async def one(length: float) -> Noticed:
        async with slots:
            return await order(pace, length)

    return list(await asyncio.gather(*(one(length) for length in lengths)))


@pytest.mark.parametrize("jitter", [0.0, 0.03, 0.08])
@pytest.mark.parametrize("in_flight", [1, 4])
@pytest.mark.parametrize("length", [0.3, 1.0, 2.0, 3.3, 6.0, 12.0, 25.0])
def test_orders_of_alike_length_take_three_questions_and_their_end_is_noticed_soon(
    length: float, in_flight: int, jitter: float, virtually: Virtually
) -> None:
    random = Random(1)
    found = virtually(orders([length * (1 + random.uniform(-jitter, jitter)) for _ in range(40)], in_flight))
    assert median(each.polls for each in found) <= 3
    assert all(each.is_within(0.1, 0.5) for each in found[8:])


@pytest.mark.parametrize("length", [1.0, 2.0, 4.0, 6.0])
def test_a_chain_takes_little_longer_than_its_orders_once_some_have_shown_the_time(
    length: float, virtually: Virtually
) -> None:
    found = virtually(orders([length] * 9, 1))
    chains = [found[n : n + 3] for n in (3, 6)]
    assert all(sum(each.length + each.late for each in chain) <= 1.1 * 3 * length for chain in chains)


def test_orders_that_vary_are_asked_about_rarely_and_their_end_is_noticed(virtually: Virtually) -> None:
    medians, missed, count = [], 0, 0
    for seed in range(60):
        random = Random(seed)
        lengths = [random.uniform(1, 30) for _ in range(40)]
        found = virtually(orders(lengths, random.choice([1, 4, 8])))
        assert max(each.polls for each in found) <= 15
        medians.append(median(each.polls for each in found))
        missed += sum(not each.is_within(0.2, 1.0) for each in found)
        count += len(found)
    assert mean(medians) <= 11
    # A few are taken for alike by chance.
    assert missed <= 0.01 * count


def test_a_director_that_becomes_faster_is_noticed(virtually: Virtually) -> None:
    found = virtually(orders([6.0] * 6 + [3.0] * 40, 1))
    assert all(each.is_within(0.2, 1.0) for each in found[-20:])


def test_what_one_order_shows_is_used_for_those_in_flight(virtually: Virtually) -> None:
    found = virtually(orders([1.0] * 8, 8))
    assert all(each.late < 0.1 for each in found)
