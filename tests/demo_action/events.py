"""Events for the demo, which is played even where GitHub's published examples are not installed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.fakes.github import Events, FakeGitHub, Repository
from tests.fakes.github.description.packages import PackagesMissingError
from tests.fakes.github.documents.repositories import account_document, repository_document
from tests.fakes.github.events.examples import example_of
from tests.fakes.github.fake import description_of_served_operations


class _ShortEvents(Events):
    """Makes events that hold no more than what happened."""

    def _payload(
        self,
        name: str,  # noqa: ARG002 - chooses an example, and these follow none
        action: str | None,
        repository: Repository,
        by: str,
        changes: Mapping[str, Any],
    ) -> dict[str, Any]:
        about = {
            "repository": repository_document(self._addresses, repository),
            "sender": account_document(self._addresses, repository.world.account(by)),
        }
        return {**about, **changes, **({"action": action} if action else {})}


@cache
def is_described() -> bool:
    """Tell whether GitHub's description of its API and its examples of events are installed."""
    try:
        description_of_served_operations()
        example_of("push")
    except PackagesMissingError:
        return False
    return True


def events_of(github: FakeGitHub) -> Events:
    """Return what makes the events of a fake GitHub: like GitHub's examples where these are installed."""
    return github.events if is_described() else _ShortEvents(github.addresses)
