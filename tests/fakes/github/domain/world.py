"""Everything that one fake GitHub holds: accounts, tokens, repositories, and its clock."""

import itertools
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from tests.fakes.github.domain.accounts import (
    ACTIONS_BOT,
    JOB_PERMISSIONS,
    WELL_KNOWN_IDS,
    Account,
    AccountType,
    Level,
    Token,
)
from tests.fakes.github.domain.git_repository import Files, GitRepository
from tests.fakes.github.domain.repository import Repository

FIRST_COMMIT: Files = {"README.md": "# Configuration\n"}


def clock_of_the_machine() -> datetime:
    """Return the present moment, to the second as GitHub tells it."""
    return datetime.now(UTC).replace(microsecond=0)


class World:
    """The state behind the addresses; a test may look at it and act on it as any person would."""

    def __init__(self, directory: str, clock: Callable[[], datetime] = clock_of_the_machine) -> None:
        self.directory = directory
        self.repositories: dict[str, Repository] = {}
        self.tokens: dict[str, Token] = {}
        self._accounts: dict[str, Account] = {}
        self._clock = clock
        self.travelled = timedelta()
        self._numbers = itertools.count(1001)

    def now(self) -> datetime:
        return self._clock() + self.travelled

    def travel(self, **time: float) -> None:
        """Let time pass (or return), in the words of `timedelta`."""
        self.travelled += timedelta(**time)

    def next_id(self) -> int:
        return next(self._numbers)

    def account(self, login: str, account_type: AccountType | None = None, association: str | None = None) -> Account:
        """Return the account of that name, which exists from the first time it is named."""
        if login not in self._accounts:
            kind = account_type or ("Bot" if login.endswith("[bot]") else "User")
            standing = association or ("NONE" if kind == "Bot" else "MEMBER")
            self._accounts[login] = Account(login, WELL_KNOWN_IDS.get(login) or self.next_id(), kind, standing)
        return self._accounts[login]

    def find_account(self, login: str) -> Account | None:
        """Return the account of a name in any case, None where nobody has it."""
        return next((each for each in self._accounts.values() if each.login.lower() == login.lower()), None)

    def token(
        self,
        permissions: Mapping[str, Level] | None = None,
        login: str = ACTIONS_BOT,
        repositories: Iterable[str] | None = None,
    ) -> Token:
        """Issue a token: of a workflow's job, of another app (`name[bot]`) or of a person."""
        reached = None if repositories is None else frozenset(name.lower() for name in repositories)
        text = f"{'ghs' if login.endswith('[bot]') else 'ghp'}_{self.next_id():036d}"
        rights = JOB_PERMISSIONS if permissions is None else permissions
        self.tokens[text] = Token(text, self.account(login), dict(rights), reached)
        return self.tokens[text]

    def repository(
        self,
        full_name: str,
        files: Files = FIRST_COMMIT,
        *,
        private: bool = True,
        default_branch: str = "main",
        by: str = "alice",
    ) -> Repository:
        """Return the repository of that name, made with a first commit the first time it is asked for."""
        key = full_name.lower()
        if key not in self.repositories:
            git = GitRepository(os.path.join(self.directory, f"{full_name}.git"), default_branch, self.now)
            self.repositories[key] = Repository(self, full_name, git, private=private)
            git.commit(default_branch, files, message="First commit", author=by)
        return self.repositories[key]

    def fork(self, original: Repository, owner: str) -> Repository:
        """Return somebody's own copy of a repository."""
        key = f"{owner}/{original.name}".lower()
        if key not in self.repositories:
            self.account(owner, association="FIRST_TIME_CONTRIBUTOR")
            path = os.path.join(self.directory, f"{owner}/{original.name}.git")
            git = original.git.clone_to(path)
            self.repositories[key] = Repository(
                self, f"{owner}/{original.name}", git, private=original.private, parent=original
            )
        return self.repositories[key]
