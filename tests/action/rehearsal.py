"""One run of the action, repeated from the same beginning as often as a test wants, with other faults each time."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.action.scene import Ran, Scene
from tests.fakes.github import Job
from tests.fakes.github.domain.deployments import Deployment
from tests.fakes.github.events.runner import FILES_READ_BACK

from lpcac.action.plan_record.encoding import find_record, has_record, record_comment
from lpcac.action.run_history.deployments.parts import Assembly
from lpcac.connectors.github.port import Author
from lpcac.connectors.github.port import Deployment as ReadDeployment


@dataclass(frozen=True)
class Outcome:
    """Everything that a run leaves on GitHub and on the Director."""

    comments: Mapping[int, tuple[str, ...]]
    issues: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    labels: frozenset[str]
    deployments: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    created: Mapping[tuple[str, str, str], int]

    def doubles(self) -> list[str]:
        """Return what is there twice and must not be."""
        first_lines = [
            (number, body.splitlines()[0]) for number, bodies in self.comments.items() for body in bodies if body
        ]
        things: list[object] = [
            *((number, line) for number, line in first_lines if line.startswith("<!-- lpcac:")),
            *((number, body) for number, bodies in self.comments.items() for body in bodies),
            *(title for title, *_ in self.issues),
            *((environment, sha, payload) for environment, sha, payload, _ in self.deployments),
            *(
                (environment, sha, payload, state)
                for environment, sha, payload, states in self.deployments
                for state in states
            ),
        ]
        seen: list[object] = []
        found = [str(each) for each in things if each in seen or seen.append(each)]  # type: ignore[func-returns-value]
        return found + [f"{each} created {count} times" for each, count in self.created.items() if count > 1]


@dataclass
class Rehearsal:
    """A job that is checked out, and the state of everything before it runs."""

    scene: Scene
    job: Job
    _before: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Keep the state."""
        self._before = self._state()

    def play(self) -> Ran:
        """Run from the same beginning as ever; faults and the log of exchanges are the test's to set."""
        for name in FILES_READ_BACK:
            open(self.job.environment[name], "w", encoding="utf-8").close()
        return self.scene.start(self.job)

    def reset(self) -> None:
        """Bring everything back to how it was before the run."""
        scene = self.scene
        state = copy.deepcopy(self._before, self._shared())
        vars(scene.repository).update(state["repository"])
        logpoints = [logpoint for _, logpoint in scene.director.world.logpoints()]
        for logpoint, kept in zip(logpoints, state["logpoints"], strict=True):
            vars(logpoint).update(kept)
        scene.github.world.travelled = state["travelled"]
        scene.github.faults.clear()
        scene.github.forget_exchanges()
        scene.github.limits.forget()
        scene.slept.clear()

    def outcome(self) -> Outcome:
        """Return what is there now."""
        scene, repository = self.scene, self.scene.repository
        return Outcome(
            {
                each.number: tuple(untimed(comment.body) for comment in each.comments)
                for each in repository.issues_and_pull_requests()
            },
            tuple(
                (each.title, each.state, each.body or "", tuple(sorted(each.label_names)))
                for each in repository.issues()
            ),
            frozenset(label.name for label in repository.labels),
            tuple((each.environment, each.sha, recorded(each), tuple(each.states)) for each in repository.deployments),
            {
                (logpoint.identifier, *what): count
                for _, logpoint in scene.director.world.logpoints()
                for what, count in logpoint.created.items()
            },
        )

    def _state(self) -> Mapping[str, Any]:
        scene = self.scene
        kept = ("deployments", "check_runs", "_labels", "_issues")
        state = {
            "repository": {name: vars(scene.repository)[name] for name in kept},
            "logpoints": [
                {name: value for name, value in vars(logpoint).items() if name not in ("_lock", "_ids")}
                for _, logpoint in scene.director.world.logpoints()
            ],
            "travelled": scene.github.world.travelled,
        }
        return copy.deepcopy(state, self._shared())

    def _shared(self) -> dict[int, Any]:
        """Return what copies refer to as it is."""
        world = self.scene.github.world
        shared = [world, *world.repositories.values(), *(each.git for each in world.repositories.values())]
        shared += [world.account(login) for login in ("alice", "bob", "github-actions[bot]")]
        return {id(each): each for each in shared}


def recorded(deployment: Deployment) -> str:
    """Return what a deployment of one part records, without the id that its attempt happened to get."""
    author = Author(deployment.creator.login, deployment.creator.id)
    read = ReadDeployment(
        deployment.id, deployment.sha, "", deployment.payload, author, deployment.created_at, deployment.task
    )
    whole = Assembly().add(read)
    return repr(deployment.payload) if whole is None else repr({**whole.content, "order": None})


def untimed(text: str) -> str:
    """Return a text without how long changes took, and without when a plan was first shown."""
    timed = re.sub(r"\b[0-9]+\.[0-9] s\b", "0.0 s", text)
    if not has_record(timed):
        return timed
    record = find_record(text)
    origin = replace(record.origin, since="")
    targets = {name: replace(each, signature="") for name, each in record.targets.items()}
    return (
        f"{timed[: timed.index('<!-- lpcac:record')]}{record_comment(replace(record, origin=origin, targets=targets))}"
    )


def is_thorough() -> bool:
    """Tell whether every combination is to be tried, which takes minutes."""
    return bool(os.environ.get("LPCAC_EVERY_FAULT"))
