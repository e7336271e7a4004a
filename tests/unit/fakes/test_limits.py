"""The fake GitHub keeps GitHub's limits when it is told to, on a clock that tests turn."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest
from tests.fakes.github import FakeGitHub, fake_github
from tests.fakes.github.http.messages import Answer, Request

COMMENTS = "/repos/acme/siem/issues/1/comments"
START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[FakeGitHub]:
    """A fake whose clock stands still, and that keeps the limits."""
    with fake_github(directory=str(tmp_path / "github"), clock=lambda: START) as fake:
        fake.repository("acme/siem").open_issue("alice", "Something")
        fake.limits.enforce()
        yield fake


@pytest.fixture
def send(limited: FakeGitHub) -> Callable[..., Answer]:
    """Send requests to the fake without a connection, which a thousand of them would take long for."""
    headers = {"authorization": f"Bearer {limited.token()}", "user-agent": "test"}

    def send(method: str = "GET", path: str = COMMENTS, content: bytes = b'{"body": "x"}') -> Answer:
        return limited.serve(Request(method, path, {}, headers, content if method == "POST" else b""))

    return send


def spend(send: Callable[..., Answer], limited: FakeGitHub, reads: int) -> None:
    """Send so many reads, slowly enough for the limits of a minute."""
    for number in range(reads):
        if number % 500 == 499:
            limited.travel(seconds=60)
        assert send().status == 200


def test_an_hour_takes_a_thousand_requests(limited: FakeGitHub, send: Callable[..., Answer]) -> None:
    spend(send, limited, 1_000)

    refused = send()

    assert refused.status == 403
    assert refused.body["message"].startswith("API rate limit exceeded")
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert refused.headers["X-RateLimit-Limit"] == "1000"
    assert "Retry-After" not in refused.headers
    limited.travel(seconds=int(refused.headers["X-RateLimit-Reset"]) - limited.now().timestamp())
    assert send().headers["X-RateLimit-Remaining"] == "999"


def test_other_jobs_of_the_repository_use_up_the_same_hour(limited: FakeGitHub, send: Callable[..., Answer]) -> None:
    limited.limits.use_up("acme/siem", left=1)

    assert [send().status for _ in range(2)] == [200, 403]
    limited.repository("acme/other").open_issue("alice", "Something")
    assert send(path="/repos/acme/other/issues/1/comments").status == 200


def test_a_minute_takes_eighty_writes(limited: FakeGitHub, send: Callable[..., Answer]) -> None:
    assert {send("POST").status for _ in range(80)} == {201}

    refused = send("POST")

    assert refused.status == 403
    assert "secondary rate limit" in refused.body["message"]
    assert refused.headers["Retry-After"] == "60"
    assert len(limited.repository("acme/siem").issue(1).comments) == 80
    assert send().status == 200
    limited.travel(seconds=60)
    assert send("POST").status == 201


def test_an_hour_takes_five_hundred_writes(limited: FakeGitHub, send: Callable[..., Answer]) -> None:
    for _ in range(10):
        assert {send("POST").status for _ in range(50)} == {201}
        limited.travel(minutes=1)

    refused = send("POST")

    assert refused.status == 403
    assert refused.headers["Retry-After"] == str(50 * 60)


def test_a_minute_takes_nine_hundred_points(send: Callable[..., Answer]) -> None:
    assert {send("POST").status for _ in range(60)} == {201}
    # One issue and not all its comments, each of which would be compared with the description every time.
    assert {send(path="/repos/acme/siem/issues/1").status for _ in range(600)} == {200}

    assert send().status == 403


def test_a_hundred_requests_are_served_at_once(limited: FakeGitHub, send: Callable[..., Answer]) -> None:
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(send().status)) for _ in range(101)]

    pause = threading.Event()

    def wait_for_all() -> None:
        deadline = time.monotonic() + 30
        while limited.under_way < 101 and time.monotonic() < deadline:
            pause.wait(0.001)

    limited.faults.act("GET", "*", wait_for_all)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200] * 100 + [403]


def test_a_server_without_limits_says_nothing_of_them(limited: FakeGitHub, send: Callable[..., Answer]) -> None:
    limited.limits.lift()

    answers = [send("POST") for _ in range(200)]

    assert {answer.status for answer in answers} == {201}
    assert not any(name.lower().startswith("x-ratelimit") for name in answers[0].headers)


def test_a_new_fake_refuses_nothing(github: FakeGitHub) -> None:
    github.repository("acme/siem").open_issue("alice", "Something")
    headers = {"authorization": f"Bearer {github.token()}", "user-agent": "test"}

    statuses = {github.serve(Request("POST", COMMENTS, {}, headers, b'{"body": "x"}')).status for _ in range(120)}

    assert statuses == {201}


def test_an_answer_says_what_time_it_is(limited: FakeGitHub) -> None:
    with httpx.Client(base_url=limited.api_url, headers={"Authorization": f"Bearer {limited.token()}"}) as client:
        limited.travel(hours=5)
        found = client.get(COMMENTS)

    assert parsedate_to_datetime(found.headers["date"]) == limited.now()


@pytest.mark.parametrize("breaks_off", [False, True])
def test_an_answer_can_be_cut_after_the_work(limited: FakeGitHub, *, breaks_off: bool) -> None:
    limited.faults.cut("POST", "*", breaks_off=breaks_off)
    with httpx.Client(base_url=limited.api_url, headers={"Authorization": f"Bearer {limited.token()}"}) as client:
        if breaks_off:
            with pytest.raises(httpx.RemoteProtocolError):
                client.post(COMMENTS, json={"body": "x"})
        else:
            with pytest.raises(ValueError, match=r"JSON|delimiter|Unterminated|Expecting"):
                client.post(COMMENTS, json={"body": "x"}).json()
        assert len(client.get(COMMENTS).json()) == 1


def test_a_proxy_can_answer_instead(limited: FakeGitHub) -> None:
    limited.faults.proxy_page("GET", "*")
    with httpx.Client(base_url=limited.api_url, headers={"Authorization": f"Bearer {limited.token()}"}) as client:
        found = client.get(COMMENTS)

    assert (found.status_code, found.headers["content-type"]) == (200, "text/html")
