"""Deployments and the history of their statuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.fakes.github.domain.accounts import Account

if TYPE_CHECKING:
    from tests.fakes.github.domain.repository import Repository


@dataclass
class DeploymentStatus:
    id: int
    state: str
    creator: Account
    created_at: datetime
    environment: str
    description: str = ""
    log_url: str = ""
    environment_url: str = ""


@dataclass
class Deployment:
    """What was sent to an environment, with every status it ever had, oldest first."""

    repository: Repository
    id: int
    sha: str
    ref: str
    environment: str
    creator: Account
    created_at: datetime
    updated_at: datetime
    task: str = "deploy"
    payload: Any = ""
    description: str | None = ""
    transient: bool = False
    production: bool = False
    original_environment: str = ""
    statuses: list[DeploymentStatus] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.original_environment = self.original_environment or self.environment

    @property
    def state(self) -> str | None:
        """The newest status, None before the first."""
        return self.statuses[-1].state if self.statuses else None

    @property
    def states(self) -> list[str]:
        """Every status, oldest first."""
        return [status.state for status in self.statuses]

    def add_status(self, state: str, by: str, *, auto_inactive: bool = True, **words: str) -> DeploymentStatus:
        """Record a status; a success makes the earlier successes of its environment inactive."""
        world = self.repository.world
        moment = world.now()
        self.environment = words.pop("environment", "") or self.environment
        status = DeploymentStatus(world.next_id(), state, world.account(by), moment, self.environment, **words)
        self.statuses.append(status)
        self.updated_at = moment
        if state == "success" and auto_inactive:
            self._retire_predecessors(by)
        return status

    def _retire_predecessors(self, by: str) -> None:
        """Do what `auto_inactive` says: prior, non-transient, non-production, in success, same environment."""
        for other in self.repository.deployments:
            is_prior = other.id < self.id and other.environment == self.environment
            if is_prior and not other.transient and not other.production and other.state == "success":
                other.add_status("inactive", by)
