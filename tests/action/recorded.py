"""What the tests read of the deployments in which runs record what they do."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from tests.action.scene import Scene
from tests.fakes.github.domain.deployments import Deployment as FakeDeployment

from lpcac.action.run_history.deployments.contents import (
    ENVIRONMENT,
    Audit,
    Ending,
    Entry,
    Goal,
    Result,
    Stamp,
    TargetResult,
    Task,
)
from lpcac.action.run_history.deployments.documents import attempt_document, entries_of, read_result, result_document
from lpcac.action.run_history.deployments.parts import Assembly, Whole, payloads
from lpcac.action.run_history.target_state import KnownTargets
from lpcac.connectors.github.port import Author, Deployment


def wholes(scene: Scene, task: Task | None = None) -> list[Whole]:
    """Return the documents that are complete, oldest first."""
    assembly = Assembly()
    chosen = [each for each in scene.repository.deployments if each.task in ([task] if task else list(Task))]
    found = (assembly.add(_read(each)) for each in chosen)
    return [whole for whole in found if whole]


def _read(raw: FakeDeployment) -> Deployment:
    author = Author(raw.creator.login, raw.creator.id)
    return Deployment(raw.id, raw.sha, raw.environment, raw.payload, author, raw.created_at, raw.task)


def results(scene: Scene) -> list[Result]:
    """Return what was recorded of what became of targets, oldest first."""
    return [result for whole in wholes(scene, Task.RESULT) if (result := read_result(whole))]


def entries(scene: Scene, client: str = "acme") -> list[Entry]:
    """Return what is recorded of a client's targets, newest first."""
    known = KnownTargets()
    for whole in wholes(scene):
        known.add(entries_of(whole))
    return known.of_client(client)


def endings(scene: Scene, client: str = "acme") -> list[str | None]:
    """Return how each run ended on a client's targets, oldest first; `None` where nobody knows."""
    return [entry.ending.value if entry.ending else None for entry in reversed(entries(scene, client))]


def states(scene: Scene) -> list[str]:
    """Return the states that runs gave to what they recorded, oldest first."""
    return [state for each in scene.repository.deployments for state in each.states]


def forget_reviewed_maps(scene: Scene) -> None:
    """Let nothing be recorded of the map, so that the default branch's counts as it is."""
    scene.repository.deployments[:] = [each for each in scene.repository.deployments if each.task != Task.MAP.value]


def of_targets(scene: Scene) -> list[FakeDeployment]:
    """Return the deployments that are about targets, oldest first; those about the map are left out."""
    return [each for each in scene.repository.deployments if each.task != Task.MAP.value]


def record_attempt(
    scene: Scene,
    commit: str,
    *,
    like: Entry,
    at: datetime | None = None,
    run: str = "999",
    ending: Ending | None = None,
) -> FakeDeployment:
    """Record that another run set out to apply a commit to an entry's target, and how that ended, if it did."""
    stamp = dataclasses.replace(like.stamp, commit=commit, run=run, time=at or scene.now)
    goal = Goal(like.target, like.names)
    [part] = payloads(attempt_document(stamp, [goal]))
    begun = scene.repository.deploy(ENVIRONMENT, ref=commit, payload=part, task=Task.ATTEMPT.value)
    if ending:
        record_end(scene, begun, like, commit=commit, run=run, at=at, ending=ending)
    return begun


def record_end(
    scene: Scene,
    begun: FakeDeployment,
    like: Entry,
    *,
    commit: str = "",
    run: str = "999",
    at: datetime | None = None,
    ending: Ending = Ending.DONE,
) -> None:
    """Record how an attempt of another run ended."""
    stamp = dataclasses.replace(like.stamp, commit=commit or like.commit, run=run, time=at or scene.now)
    result = Result(
        stamp, begun.payload["document"], begun.id, (TargetResult(like.target, like.names, ending),), Audit("alice", "")
    )
    for each in payloads(result_document(result)):
        scene.repository.deploy(ENVIRONMENT, ref=stamp.commit, payload=each, task=Task.RESULT.value)


def record(scene: Scene, target_results: list[TargetResult], stamp: Stamp) -> None:
    """Record what became of targets that had nothing to be done."""
    result = Result(
        stamp,
        "",
        0,
        tuple(dataclasses.replace(target_result, is_attempted=False) for target_result in target_results),
        Audit("alice", ""),
    )
    for each in payloads(result_document(result)):
        scene.repository.deploy(ENVIRONMENT, ref=stamp.commit, payload=each, task=Task.RESULT.value)
