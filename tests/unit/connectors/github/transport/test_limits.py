"""Against a GitHub that keeps its limits: a run stays within them by itself, and tells those that others used up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.fakes.github import FakeGitHub, fake_github

from lpcac.connectors.github.api import GitHub
from lpcac.connectors.github.port import GitHubLimitError
from lpcac.connectors.github.transport.limits import Timing
from lpcac.core.text.redaction import Redactor

START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[FakeGitHub]:
    """A GitHub whose clock only waiting moves, with an issue."""
    with fake_github(directory=str(tmp_path / "github"), clock=lambda: START) as fake:
        fake.repository("acme/siem").open_issue("alice", "Something")
        fake.limits.enforce()
        yield fake


def port(github: FakeGitHub, slept: list[float]) -> GitHub:
    def sleep(seconds: float) -> None:
        slept.append(seconds)
        github.travel(seconds=seconds)

    timing = Timing(lambda: sum(slept), lambda: github.now().timestamp(), sleep)
    return GitHub("acme/siem", SecretStr(github.token()), Redactor(), api_url=github.api_url, timing=timing)


def test_many_writes_are_spread_so_that_github_refuses_none(limited: FakeGitHub) -> None:
    slept: list[float] = []
    client = port(limited, slept)

    for number in range(200):
        client.add_comment(1, f"Comment {number}")

    assert {exchange.status for exchange in limited.exchanges} == {201}
    assert 119 < sum(slept) < 123


def test_many_reads_are_spread_so_that_github_refuses_none(limited: FakeGitHub) -> None:
    slept: list[float] = []
    client = port(limited, slept)

    for _ in range(950):
        client.tip("main")

    assert {exchange.status for exchange in limited.exchanges} == {200}
    assert 59 < sum(slept) < 62


def test_what_others_write_is_waited_for_when_github_says_so(limited: FakeGitHub) -> None:
    slept: list[float] = []
    others = port(limited, [])
    for number in range(80):
        others.add_comment(1, f"Another job's {number}")

    port(limited, slept).add_comment(1, "Mine")

    assert slept == [60]
    assert limited.repository("acme/siem").issue(1).comments[-1].body == "Mine"


def test_an_hour_that_others_used_up_is_told_and_the_budget_says_so(limited: FakeGitHub) -> None:
    slept: list[float] = []
    client = port(limited, slept)
    client.tip("main")
    limited.limits.use_up("acme/siem", left=10)
    client.tip("main")

    assert client.budget().remaining == 9
    with pytest.raises(GitHubLimitError, match="accepts 9 more requests this hour, but 35 are needed; run this job"):
        client.reserve(15, 3)
    for _ in range(9):
        client.tip("main")
    with pytest.raises(GitHubLimitError, match=r"used up; run this job again after 2026-03-02 04:00:01 UTC$"):
        client.tip("main")
    assert slept == []


def test_an_hour_that_ends_soon_is_waited_for(limited: FakeGitHub) -> None:
    slept: list[float] = []
    client = port(limited, slept)
    client.tip("main")
    limited.limits.use_up("acme/siem")
    limited.travel(minutes=58)

    client.tip("main")

    assert slept == [121]


def test_a_server_without_limits_is_not_kept_waiting_for(limited: FakeGitHub) -> None:
    slept: list[float] = []
    limited.limits.lift()
    client = port(limited, slept)

    for number in range(120):
        client.add_comment(1, f"Comment {number}")
    client.reserve(10_000, 10_000)

    assert slept == []
    assert client.budget().limit is None
