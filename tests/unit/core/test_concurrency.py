"""What is done at once ends together."""

from __future__ import annotations

import asyncio

import pytest

from lpcac.connectors.director.live_reader import read_live
from lpcac.core.concurrency import side_by_side
from lpcac.core.errors import DirectorError
from lpcac.core.json_values import Json
from lpcac.core.resources import Target
from lpcac.models import registry

TARGET = Target("acme", "pool-acme", "lp-01", "uuid", "id")


def test_results_stand_in_the_sequence_of_the_work() -> None:
    async def late(value: int) -> int:
        for _ in range(3 - value):
            await asyncio.sleep(0)
        return value

    assert asyncio.run(side_by_side(late(value) for value in range(3))) == [0, 1, 2]
    assert asyncio.run(side_by_side([])) == []


def test_a_read_that_fails_leaves_no_other_read_behind() -> None:
    class OneListFails:
        ended = 0

        async def list_objects(self, _target: Target, path: str) -> list[Json]:
            if path == "RoutingPolicies":
                await asyncio.sleep(0)
                message = "not today"
                raise DirectorError(message)
            try:
                await asyncio.Event().wait()
            finally:
                self.ended += 1
            raise AssertionError

    async def read(director: OneListFails) -> int:
        with pytest.raises(DirectorError, match="not today"):
            await read_live(director, registry(), TARGET, ())  # type: ignore[arg-type]
        return len(asyncio.all_tasks())

    director = OneListFails()

    assert asyncio.run(read(director)) == 1
    assert director.ended == len(registry().kinds) - 1


def test_the_first_error_is_raised_as_it_is_also_when_ending_the_others_fails() -> None:
    async def late() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("while ending")

    async def first() -> None:
        await asyncio.sleep(0)
        raise DirectorError("not today")

    with pytest.raises(DirectorError, match="not today"):
        asyncio.run(side_by_side([late(), first()]))


def test_giving_up_ends_all_of_them() -> None:
    ended: list[int] = []

    async def wait(number: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(number)

    async def give_up() -> None:
        async with asyncio.timeout(0.01):
            await side_by_side(map(wait, range(3)))

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    assert sorted(ended) == [0, 1, 2]
