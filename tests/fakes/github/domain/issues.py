"""Issues, their comments and their labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.github.domain.accounts import Account

if TYPE_CHECKING:
    from tests.fakes.github.domain.repository import Repository


@dataclass
class Label:
    id: int
    name: str
    color: str
    description: str | None = None


@dataclass
class Comment:
    """A comment on an issue or a pull request; anybody with write access may edit it."""

    repository: Repository
    issue_number: int
    id: int
    author: Account
    body: str
    created_at: datetime
    updated_at: datetime

    def edit(self, body: str) -> None:
        """Rewrite the text, as its author or somebody with write access does."""
        self.body = body
        self.updated_at = self.repository.world.now()


@dataclass(kw_only=True)
class Issue:
    """An issue; every pull request is one as well."""

    repository: Repository
    id: int
    number: int
    author: Account
    title: str
    body: str | None
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    closed_by: Account | None = None
    locked: bool = False
    comments: list[Comment] = field(default_factory=list)
    label_names: list[str] = field(default_factory=list)
    assignees: list[Account] = field(default_factory=list)

    @property
    def labels(self) -> list[Label]:
        return [self.repository.label(name) for name in self.label_names]

    def comment(self, by: str, body: str) -> Comment:
        """Add a comment as that person or bot."""
        moment = self.repository.world.now()
        world = self.repository.world
        comment = Comment(self.repository, self.number, world.next_id(), world.account(by), body, moment, moment)
        self.comments.append(comment)
        self.touch()
        return comment

    def add_comments(self, count: int, by: str = "bob", body: str = "Looks good so far.") -> list[Comment]:
        """Let people talk."""
        return [self.comment(by, f"{body} ({position})") for position in range(1, count + 1)]

    def comments_by(self, login: str) -> list[Comment]:
        return [comment for comment in self.comments if comment.author.login == login]

    def close(self, by: str = "alice", reason: str | None = "completed") -> None:
        if self.state == "open":
            self.state, self.state_reason = "closed", reason
            self.closed_at, self.closed_by = self.repository.world.now(), self.repository.world.account(by)
            self.touch()

    def reopen(self) -> None:
        if self.state == "closed":
            self.state, self.state_reason, self.closed_at, self.closed_by = "open", "reopened", None, None
            self.touch()

    def edit(self, title: str | None = None, body: str | None = None) -> None:
        self.title = self.title if title is None else title
        self.body = self.body if body is None else body
        self.touch()

    def label(self, *names: str) -> None:
        """Add labels; those that the repository lacks come into being."""
        for name in names:
            known = self.repository.find_or_create_label(name).name
            if known not in self.label_names:
                self.label_names.append(known)
        self.touch()

    def unlabel(self, *names: str) -> None:
        """Take labels off; the repository keeps them."""
        gone = {name.lower() for name in names}
        self.label_names = [name for name in self.label_names if name.lower() not in gone]
        self.touch()

    def set_labels(self, names: list[str]) -> None:
        self.label_names = []
        self.label(*names)

    def has_label(self, name: str) -> bool:
        return name.lower() in {label.lower() for label in self.label_names}

    def touch(self) -> None:
        self.updated_at = self.repository.world.now()
