"""What the tests of the night share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.action.scene import Ran, Scene
from tests.fakes.github import Issue


def retention(days: int) -> Callable[[dict], None]:
    def change(fields: dict) -> None:
        fields["repopath"][0]["retention"] = days

    return change


def drift_issues(scene: Scene) -> list[Issue]:
    return scene.repository.issues(label="lpcac/drift")


def the_issue(scene: Scene) -> Issue:
    [issue] = drift_issues(scene)
    return issue


def told(issue: Issue) -> str:
    """Return an issue's text without its status: the first two lines."""
    return (issue.body or "").split("\n", 2)[2]


def next_night(scene: Scene) -> Ran:
    scene.now += timedelta(days=1)
    return scene.night()
