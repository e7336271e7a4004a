"""The fake GitHub that tests hold: its addresses, its state, its log and what may go wrong."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache

from tests.fakes.github.description.comparison import Comparison
from tests.fakes.github.description.operations import Description, described
from tests.fakes.github.documents.addresses import Addresses
from tests.fakes.github.domain.accounts import ACTIONS_BOT, Level, permissions_of_a_workflow
from tests.fakes.github.domain.git_repository import Files
from tests.fakes.github.domain.repository import Repository
from tests.fakes.github.domain.world import FIRST_COMMIT, World, clock_of_the_machine
from tests.fakes.github.endpoints import served_operations
from tests.fakes.github.events.payloads import Event, Events
from tests.fakes.github.events.runner import Job, actions_environment
from tests.fakes.github.http.faults import Faults
from tests.fakes.github.http.limits import Limits
from tests.fakes.github.http.messages import Answer, Exchange, Request
from tests.fakes.github.http.server import Server
from tests.fakes.github.http.service import Service


class FakeGitHub:
    """A GitHub on loopback, from the moment it is made until `stop`."""

    def __init__(
        self,
        directory: str,
        *,
        prefix: str = "",
        clock: Callable[[], datetime] = clock_of_the_machine,
        description: Description | None = None,
    ) -> None:
        self.world = World(directory, clock)
        self._server = Server()
        self.addresses = Addresses(f"{self._server.url}{prefix}", self._server.url)
        self.comparison = None if description is None else Comparison(description)
        self._service = Service(self.world, self.addresses, served_operations(), self.comparison)
        self.events = Events(self.addresses)
        """Makes the events that start workflows."""
        self._server.start(self._service.serve, prefix)

    @property
    def api_url(self) -> str:
        """What a workflow reads in `GITHUB_API_URL`."""
        return self.addresses.api

    @property
    def server_url(self) -> str:
        """What a workflow reads in `GITHUB_SERVER_URL`."""
        return self.addresses.web

    @property
    def faults(self) -> Faults:
        """What is to go wrong."""
        return self._service.faults

    @property
    def limits(self) -> Limits:
        """How many requests are taken; nothing is refused until `limits.enforce()`."""
        return self._service.limits

    @property
    def under_way(self) -> int:
        """How many requests are served at this moment."""
        return self._service.under_way

    def serve(self, request: Request) -> Answer:
        """Answer a request that needs no connection."""
        return self._service.serve(request)

    @property
    def needs_connections(self) -> bool:
        """Whether a request has to come over a connection: to a server that has stopped, or that breaks it off."""
        return self._server.stopping.is_set() or self.faults.are_on_the_wire

    def answered(self, method: str, address: str, headers: Mapping[str, str], content: bytes) -> Answer:
        """Answer a request as the server does, without a connection."""
        request = self._server.read(method, address, headers, content)
        return Answer(404, {"message": "Not Found"}) if request is None else self.serve(request)

    @property
    def exchanges(self) -> list[Exchange]:
        """Every request so far with its answer, in order."""
        return self._service.exchanges

    @property
    def writes(self) -> list[Exchange]:
        """The requests that asked for a change."""
        return [exchange for exchange in self.exchanges if exchange.is_write]

    def forget_exchanges(self) -> None:
        """Begin the log anew."""
        self._service.exchanges.clear()

    def token(
        self,
        permissions: Mapping[str, Level] | None = None,
        login: str = ACTIONS_BOT,
        repositories: Iterable[str] | None = None,
    ) -> str:
        """Return a token: of a workflow's job, of another app (`name[bot]`) or of a person.

        Args:
            permissions: as GitHub names them (`pull_requests`, `issues`, `deployments`, `contents`, `checks`);
                what is left out is not given. None gives a job all of them.
            login: as whom it writes.
            repositories: the full names that it reaches; None for all.
        """
        return self.world.token(permissions, login, repositories).text

    def token_of_job(self, event: Event, permissions: Mapping[str, str]) -> str:
        """Return the token that a workflow's job gets for an event.

        Args:
            event: what started the workflow; for a pull request from a fork the token only reads.
            permissions: as the workflow writes them, such as `{"pull-requests": "write"}`.
        """
        rights = permissions_of_a_workflow(permissions)
        if event.is_from_a_fork:
            rights = {name: "read" if level == "write" else level for name, level in rights.items()}
        return self.token(rights, repositories=[event.repository.full_name])

    def repository(self, full_name: str, files: Files = FIRST_COMMIT, *, private: bool = True) -> Repository:
        """Return a repository, made with these files in a first commit the first time it is asked for."""
        return self.world.repository(full_name, files, private=private)

    def now(self) -> datetime:
        """Return what time it is on GitHub."""
        return self.world.now()

    def travel(self, **time: float) -> None:
        """Let time pass on GitHub, in the words of `timedelta`."""
        self.world.travel(**time)

    def job(
        self,
        event: Event,
        directory: str | os.PathLike[str],
        *,
        run_id: int = 1,
        attempt: int = 1,
        inputs: Mapping[str, str] | None = None,
    ) -> Job:
        """Prepare what a runner gives to a step: see `actions_environment`; `check_out` makes the work tree."""
        home = os.fspath(directory)
        environment = actions_environment(self.addresses, event, home, run_id=run_id, attempt=attempt, inputs=inputs)
        return Job(event, environment)

    def differences(self) -> list[str]:
        """Return where exchanges differed from GitHub's description, and forget it."""
        return [] if self.comparison is None else self.comparison.take()

    def check(self) -> None:
        """Fail when an exchange differed from GitHub's description, or when the fake itself failed."""
        if self._service.crashes:
            raise AssertionError("the fake GitHub failed") from self._service.crashes[0]
        differences = self.differences()
        if differences:
            listed = "\n".join(f"- {difference}" for difference in differences)
            raise AssertionError(f"exchanges differ from GitHub's description of its API:\n{listed}")

    def stop(self) -> None:
        self._server.stop()


@contextmanager
def fake_github(
    *,
    prefix: str = "",
    clock: Callable[[], datetime] = clock_of_the_machine,
    directory: str | None = None,
    compared: bool = True,
) -> Iterator[FakeGitHub]:
    """Run a fake GitHub, and fail at the end when an exchange differed from GitHub's description.

    Args:
        prefix: what stands before the API's paths, such as `/api/v3` on GitHub Enterprise Server.
        clock: what time it is there.
        directory: where the repositories lie; a temporary one that goes away at the end unless given.
        compared: False where the npm packages are not installed, such as in a demonstration.

    Raises:
        PackagesMissingError: the npm packages are not installed.
        AssertionError: at the end, with every difference.
    """
    description = description_of_served_operations() if compared else None
    home = directory or tempfile.mkdtemp(prefix="fake-github-")
    github = FakeGitHub(home, prefix=prefix, clock=clock, description=description)
    try:
        yield github
        github.stop()
        github.check()
    finally:
        github.stop()
        if directory is None:
            shutil.rmtree(home, ignore_errors=True)


@cache
def description_of_served_operations() -> Description:
    """Return GitHub's description, read once in a process."""
    return described((route.method, route.template) for route in served_operations().all)
