"""A fake GitHub, clients for it, and a repository to work on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from github import Auth, Github
from tests.fakes.github import FakeGitHub, Repository
from tests.fakes.github.fixtures import MakeGitHub, github, make_github
from tests.folder_in_memory import tmp_path

__all__ = ["MakeGitHub", "github", "make_github", "tmp_path"]


@pytest.fixture
def repository(github: FakeGitHub) -> Repository:
    return github.repository("acme/siem", {"map.yaml": "clients: {}\n", "acme/repos.yaml": "a: 1\nb: 2\n"})


@pytest.fixture
def make_client(github: FakeGitHub) -> Iterator[Callable[..., httpx.Client]]:
    """Make plain HTTP clients; the arguments are those of a token."""
    with ExitStack() as stack:

        def make(**token: Any) -> httpx.Client:
            headers = {"Authorization": f"Bearer {github.token(**token)}"}
            return stack.enter_context(httpx.Client(base_url=github.api_url, headers=headers))

        yield make


@pytest.fixture
def client(make_client: Callable[..., httpx.Client]) -> httpx.Client:
    """A job's client."""
    return make_client()


@pytest.fixture
def make_pygithub() -> Iterator[Callable[..., Github]]:
    """Make clients as lpcac's users of the library do: no retries, no waiting, nothing read ahead."""
    with ExitStack() as stack:

        def make(fake: FakeGitHub, **token: Any) -> Github:
            made = Github(
                base_url=fake.api_url,
                auth=Auth.Token(fake.token(**token)),
                retry=None,
                lazy=True,
                seconds_between_requests=0,
                seconds_between_writes=0,
            )
            stack.callback(made.close)
            return made

        yield make
