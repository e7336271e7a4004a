"""The addresses under which everything stands; clients follow them, so they must be the fake's own."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from tests.fakes.github.domain.repository import Repository


@dataclass(frozen=True)
class Addresses:
    api: str
    """What stands before `/repos/...`."""
    web: str
    """What stands before `/owner/name`."""

    def repository(self, repository: Repository) -> str:
        return f"{self.api}/repos/{repository.full_name}"

    def page(self, repository: Repository) -> str:
        return f"{self.web}/{repository.full_name}"


def segment(text: str) -> str:
    """Return a name as one segment of a path."""
    return quote(text, safe="")


def node_id(kind: str, number: int | str) -> str:
    return base64.b64encode(f"{kind}{number}".encode()).decode()


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")
