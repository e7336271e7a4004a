"""Who acts on GitHub, and what a token lets them do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ACTIONS_BOT = "github-actions[bot]"
MERGE_QUEUE_BOT = "github-merge-queue[bot]"
WELL_KNOWN_IDS = {ACTIONS_BOT: 41898282, MERGE_QUEUE_BOT: 118344674, "web-flow": 19864447}

AccountType = Literal["User", "Bot", "Organization"]
Level = Literal["none", "read", "write"]

JOB_PERMISSIONS: Mapping[str, Level] = {
    "checks": "write",
    "contents": "write",
    "deployments": "write",
    "issues": "write",
    "pull_requests": "write",
    "statuses": "write",
}
"""What a workflow's token may do where the organization's setting is "read and write"."""


@dataclass(frozen=True)
class Account:
    """A person, a bot or an organization."""

    login: str
    id: int
    type: AccountType
    association: str = "MEMBER"


@dataclass(frozen=True)
class Token:
    """A credential: as whom it acts, where, and with which rights."""

    text: str
    account: Account
    permissions: Mapping[str, Level]
    repositories: frozenset[str] | None = None
    """Full names in lower case; None for every repository."""

    @property
    def is_of_a_bot(self) -> bool:
        return self.account.type == "Bot"

    def allows(self, permission: str, level: Level) -> bool:
        """Say whether a right is given; `metadata: read` always is."""
        if permission == "metadata":
            return level == "read"
        return self.permissions.get(permission, "none") in ({"write"} if level == "write" else {"read", "write"})

    def reaches(self, full_name: str) -> bool:
        return self.repositories is None or full_name.lower() in self.repositories


def permissions_of_a_workflow(written: Mapping[str, str]) -> dict[str, Level]:
    """Turn `permissions:` as a workflow writes them (`pull-requests: write`) into a token's rights."""
    rights: dict[str, Level] = {}
    for name, level in written.items():
        if level not in ("none", "read", "write"):
            raise ValueError(f"{name}: {level} is no access level of a workflow's token")
        rights[name.replace("-", "_")] = level  # type: ignore[assignment]
    return rights
