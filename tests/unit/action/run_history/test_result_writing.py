"""What became of targets is recorded as parts fill, at least every five minutes, and when the run is told to stop."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from lpcac.action.run_history.deployments.contents import Audit, Ending, Result, Stamp, TargetResult
from lpcac.action.run_history.deployments.documents import result_document
from lpcac.action.run_history.deployments.parts import payloads
from lpcac.action.run_history.recorder import Begun, Results
from lpcac.connectors.github.port import Author, Deployment, GitHubError

Virtually = Callable[[Awaitable[Any]], Any]
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@dataclass
class Recording:
    """Takes results in, and says when; refuses the first so many."""

    refuses: int = 0
    told: list[tuple[float, int]] = field(default_factory=list)
    states: list[tuple[int, bool]] = field(default_factory=list)
    stamp: Stamp = field(default_factory=lambda: Stamp("o/r", "s", "1", 1, "a" * 40, NOW))

    def tell(self, begun: Begun, target_results: Sequence[TargetResult], audit: Audit) -> Deployment:
        assert (begun.document, audit.started_by) == ("attempt", "alice")
        if self.refuses:
            self.refuses -= 1
            raise GitHubError("down")
        try:
            now = asyncio.get_running_loop().time()
        except RuntimeError:
            now = -1.0
        self.told.append((now, len(target_results)))
        return Deployment(len(self.told), "a", "lpcac", {}, Author("b", 1), NOW)

    def end(self, last: Deployment, *, is_complete: bool) -> None:
        self.states.append((last.id, is_complete))


@pytest.fixture(autouse=True)
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let virtual time not wait for a thread."""

    async def at_once(work: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        return work(*arguments, **options)

    monkeypatch.setattr(asyncio, "to_thread", at_once)


def target_result(number: int, ending: Ending = Ending.DONE) -> TargetResult:
    name = random.Random(number).randbytes(20).hex()
    return TargetResult(name, (f"client-{number}", "pool", name), ending)


def results(recording: Recording) -> Results:
    return Results(recording, Begun("attempt", 7), Audit("alice", ""))  # type: ignore[arg-type]


async def run(made: Results, steps: Sequence[tuple[float, int]], stop_at: float | None = None) -> None:
    """Let so many targets end at certain times; the run is over a second after the last one."""
    stop, ended = asyncio.Event(), asyncio.Event()
    writing = asyncio.create_task(made.keep_writing(stop, ended))
    loop = asyncio.get_running_loop()
    number = 0
    if stop_at is not None:
        loop.call_later(stop_at, stop.set)
    for at, count in steps:
        await asyncio.sleep(at - loop.time())
        for _ in range(count):
            made.add(target_result(number))
            number += 1
    await asyncio.sleep(1)
    ended.set()
    await writing


def test_every_five_minutes_it_is_recorded_what_ended_or_that_the_run_goes_on(virtually: Virtually) -> None:
    recording = Recording()

    virtually(run(results(recording), [(10, 1), (20, 1), (310, 1), (1_000, 0)]))

    assert recording.told == [(300.0, 2), (600.0, 1), (900.0, 0)]


def test_results_are_written_as_soon_as_a_part_is_full(virtually: Virtually) -> None:
    recording = Recording()
    virtually(run(results(recording), [(1, 1_000)]))

    assert recording.told[0][0] == 1.0
    target_results = tuple(target_result(number) for number in range(1_000))
    assert len(payloads(result_document(Result(recording.stamp, "", 0, target_results, Audit("a", ""))))) > 1


def test_a_run_that_is_told_to_stop_records_at_once_what_it_knows_and_goes_on_to_its_end(virtually: Virtually) -> None:
    recording = Recording()

    virtually(run(results(recording), [(10, 3), (100, 1)], stop_at=42.0))

    assert recording.told == [(42.0, 3)]


def test_the_end_records_the_rest_and_gives_the_last_one_its_state() -> None:
    recording = Recording()
    made = results(recording)
    made.add(target_result(1))
    made.write()
    made.add(target_result(2, Ending.FAILED))

    made.finish(is_complete=False)

    assert ([count for _, count in recording.told], recording.states, made.problems) == ([1, 1], [(2, False)], [])


def test_what_could_not_be_recorded_is_recorded_the_next_time() -> None:
    recording = Recording(refuses=1)
    made = results(recording)
    made.add(target_result(1))
    made.write()
    made.add(target_result(2))

    made.finish(is_complete=True)

    assert ([count for _, count in recording.told], recording.states, made.problems) == ([2], [(1, True)], [])


def test_what_can_never_be_recorded_is_told_and_nothing_is_called_a_success() -> None:
    recording = Recording()
    made = results(recording)
    made.add(target_result(1))
    made.write()
    recording.refuses = 99
    made.add(target_result(2))

    made.finish(is_complete=True)

    assert made.problems == ["the result could not be recorded for 1 target: down"]
    assert recording.states == [(1, False)]
