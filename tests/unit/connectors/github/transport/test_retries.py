"""The policy for requests to GitHub: what is repeated, looked for, waited for and final, on a clock that tests turn."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate

import pytest

from lpcac.connectors.github.port import GitHubError, GitHubForbiddenError, GitHubLimitError
from lpcac.connectors.github.transport.limits import WRITES_A_MINUTE, WRITES_AN_HOUR, Timing
from lpcac.connectors.github.transport.requests import Answer, LostAnswerError, Request
from lpcac.connectors.github.transport.retries import Calls

READ = Request("read a thing", "GET", "/things/1", permissions=("things: read",))
WRITE = Request("make a thing", "POST", "/things", body={"a": 1}, permissions=("things: write",))
NOW = 1_800_000_000.0
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
PRIMARY = {"message": "API rate limit exceeded for installation."}
LOST = LostAnswerError("ConnectionError")

Step = Answer | LostAnswerError


@dataclass
class World:
    """A GitHub that answers as told, and a clock that only waiting moves."""

    steps: Iterator[Step]
    slept: list[float] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    lead: float = 0.0
    """By how many seconds the runner's clock is wrong."""

    @property
    def now(self) -> float:
        return NOW + sum(self.slept)

    def send(self, request: Request) -> Answer:
        self.asked.append(request)
        step = next(self.steps)
        if isinstance(step, LostAnswerError):
            raise step
        return step

    @property
    def calls(self) -> Calls:
        timing = Timing(lambda: sum(self.slept), lambda: self.now + self.lead, self.slept.append)
        return Calls(self, lambda text: text.replace("hunter2", "[secret]"), self.said.append, timing)


def answer(status: int = 200, body: object = None, **headers: str) -> Answer:
    told = {"x-ratelimit-limit": "1000", "x-ratelimit-remaining": "900", "x-ratelimit-reset": str(int(NOW) + 1800)}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, told, json.dumps({"id": 1} if body is None else body))


def world(*steps: Step) -> World:
    return World(iter(steps))


def forever(step: Step) -> World:
    return World(itertools.repeat(step))


def number(content: dict[str, int]) -> int:
    return content["id"]


def nothing() -> None:
    return None


PAGE = Answer(200, {"content-type": "text/html"}, "<html>Please log in</html>")
CUT = Answer(201, {"content-type": "application/json"}, '{"id": 1, "bo')
OTHER = Answer(200, {}, "[]")
TROUBLE = [answer(500), answer(502), answer(503), answer(504), answer(408), LOST, PAGE, CUT, OTHER, Answer(200, {}, "")]


@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_read_is_repeated_after_trouble(trouble: Step) -> None:
    found = world(trouble, trouble, answer())

    assert found.calls.ask(READ, number) == 1
    assert len(found.slept) == 2
    assert found.slept[0] < found.slept[1] < 2


@pytest.mark.parametrize("trouble", TROUBLE)
def test_trouble_that_stays_ends_with_one_line(trouble: Step) -> None:
    found = forever(trouble)

    with pytest.raises(GitHubError, match=r"^GitHub: cannot read a thing: GET /things/1: .*run this job again") as told:
        found.calls.ask(READ, number)

    assert "\n" not in str(told.value)
    assert "(5 attempts)" in str(told.value)
    assert len(found.asked) == 5


@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_create_whose_answer_is_lost_is_looked_for_before_it_is_repeated(trouble: Step) -> None:
    found, looked = world(trouble, trouble, answer()), []

    def find() -> int | None:
        looked.append(len(found.asked))
        return None if len(looked) == 1 else 7

    assert found.calls.create(WRITE, number, find) == 7
    assert looked == [1, 2]
    assert len(found.asked) == 2


def test_a_create_that_is_not_there_is_repeated() -> None:
    found = world(LOST, answer(201))

    assert found.calls.create(WRITE, number, nothing) == 1
    assert len(found.asked) == 2


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("call", ["ask", "create"])
def test_a_limit_is_waited_for_as_long_as_github_says(status: int, call: str) -> None:
    found = world(answer(status, SECONDARY, retry_after="42"), answer())
    calls = found.calls

    made = calls.ask(READ, number) if call == "ask" else calls.create(WRITE, number, pytest.fail)

    assert made == 1
    assert found.slept == [42]


@pytest.mark.parametrize("status", [403, 429, 503])
def test_what_may_be_sent_again_at_once_is_sent_after_growing_pauses_all_the_same(status: int) -> None:
    again = answer(status, SECONDARY, retry_after="0")
    found = world(again, again, answer())

    assert found.calls.ask(READ, number) == 1
    assert 0 < found.slept[0] < found.slept[1] < 2


def test_people_are_told_what_is_waited_for_unless_it_is_soon_over() -> None:
    found = world(answer(502), answer(403, {"message": "secondary rate limit, hunter2"}, retry_after="42"), answer())

    found.calls.ask(READ, number)

    assert len(found.slept) == 2
    [line] = found.said
    assert line == (
        "GitHub: waiting 42 s before trying again; cannot read a thing now: "
        "HTTP 403 Forbidden (secondary rate limit, [secret])"
    )


def test_a_limit_without_a_time_is_waited_for_a_minute_and_longer_each_time() -> None:
    found = world(answer(403, SECONDARY), answer(429, {}), answer(403, SECONDARY), answer())

    assert found.calls.ask(READ, number) == 1
    assert found.slept == [60, 120, 150]


@pytest.mark.parametrize("lead", [0.0, -4000.0, 4000.0])
def test_the_hour_is_waited_for_by_githubs_clock_whatever_the_runners_says(lead: float) -> None:
    told = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(int(NOW) + 90), "date": formatdate(NOW, usegmt=True)}
    found = world(answer(403, PRIMARY, **told), answer())
    found.lead = lead

    assert found.calls.ask(READ, number) == 1
    assert found.slept == [91]


def test_an_hour_that_ends_too_late_is_told_at_once_and_nothing_more_is_sent() -> None:
    told = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(int(NOW) + 1800)}
    found = world(answer(403, PRIMARY, **told))
    calls = found.calls

    for request in (READ, WRITE):
        with pytest.raises(GitHubLimitError, match=r"used up; run this job again after 2027-01-15 08:30:01 UTC"):
            calls.ask(request, number)

    assert found.slept == []
    assert len(found.asked) == 1


def test_after_the_limits_end_requests_are_sent_again() -> None:
    found = world(answer(403, SECONDARY, retry_after="600"), answer())
    calls = found.calls
    with pytest.raises(GitHubLimitError):
        calls.ask(READ, number)
    found.slept.append(601)

    assert calls.ask(READ, number) == 1


def test_a_limit_on_writes_leaves_reads_alone() -> None:
    found = world(answer(403, SECONDARY, retry_after="600"), answer())
    calls = found.calls
    with pytest.raises(GitHubLimitError):
        calls.create(WRITE, number, nothing)

    assert calls.ask(READ, number) == 1
    with pytest.raises(GitHubLimitError):
        calls.create(WRITE, number, nothing)
    assert len(found.asked) == 2


def test_a_run_does_not_wait_for_limits_without_end() -> None:
    found = forever(answer(403, SECONDARY))
    calls = found.calls

    for _ in range(20):
        with pytest.raises(GitHubLimitError):
            calls.ask(READ, number)

    assert sum(found.slept) <= 900


def test_a_run_does_not_wait_for_a_github_that_is_down_without_end() -> None:
    found = forever(answer(502))
    calls = found.calls

    for _ in range(200):
        with pytest.raises(GitHubError):
            calls.ask(READ, number)

    assert sum(found.slept) <= 180


@pytest.mark.parametrize(
    ("status", "kind", "step"),
    [
        (400, GitHubError, "run this job again"),
        (401, GitHubForbiddenError, "give the input github-token a token that is valid"),
        (403, GitHubForbiddenError, "give the job the permission `things: write`"),
        (404, GitHubError, "see that it is still there, and that the job has the permission `things: write`"),
        (410, GitHubError, "turn it on in the repository's settings"),
        (422, GitHubError, "run this job again"),
    ],
)
def test_a_refusal_is_final_and_says_what_to_do(status: int, kind: type[GitHubError], step: str) -> None:
    found = world(answer(status, {"message": "No,\n hunter2", "errors": [{"message": "too long"}, 3]}))

    with pytest.raises(kind) as told:
        found.calls.create(WRITE, number, pytest.fail)

    assert told.value.status == status
    assert "(No, [secret]; too long)" in str(told.value)
    assert str(told.value).endswith(step)
    assert str(told.value).startswith(f"GitHub: cannot make a thing: POST /things: HTTP {status} ")


def test_a_redirection_is_no_success() -> None:
    found = world(Answer(307, {"location": "https://elsewhere.example"}, '{"id": 1}'))

    with pytest.raises(GitHubError, match=r"HTTP 307 redirects; was the repository renamed\?"):
        found.calls.create(WRITE, number, pytest.fail)


def pages(*links: str) -> Callable[[], World]:
    return lambda: world(*(answer(200, [{"id": place}], link=link) for place, link in enumerate(links)))


def next_link(query: str) -> str:
    return f'<https://api/first>; rel="first", <https://api.github.com/repositories/1/things?{query}>; rel="next"'


def test_pages_are_read_when_they_are_needed() -> None:
    found = pages(next_link("page=2&per_page=100"), next_link("after=Y3Vyc29y%3D&per_page=100"), "")()
    entries = found.calls.pages(READ, number)

    assert next(entries) == 0
    assert len(found.asked) == 1
    assert list(entries) == [1, 2]
    assert [request.path for request in found.asked] == ["/things/1"] * 3
    assert [dict(request.query) for request in found.asked] == [
        {"per_page": "100"},
        {"page": "2", "per_page": "100"},
        {"after": "Y3Vyc29y=", "per_page": "100"},
    ]


def test_pages_that_lead_in_a_circle_end() -> None:
    found = pages(next_link("page=2&per_page=100"), next_link("page=2&per_page=100"))()

    assert list(found.calls.pages(READ, number)) == [0, 1]


def test_what_is_no_list_is_no_empty_one() -> None:
    found = forever(answer(200, {}))

    with pytest.raises(GitHubError, match="not what GitHub describes"):
        list(found.calls.pages(READ, number))


def test_a_minute_takes_eighty_writes() -> None:
    found = forever(answer())
    calls = found.calls
    for _ in range(WRITES_A_MINUTE):
        calls.ask(WRITE, number)
    assert found.slept == []

    calls.ask(WRITE, number)

    assert sum(found.slept) == pytest.approx(60, abs=0.1)


def test_a_minute_takes_nine_hundred_points() -> None:
    found = forever(answer())
    calls = found.calls
    for _ in range(900):
        calls.ask(READ, number)
    assert found.slept == []

    calls.ask(READ, number)

    assert sum(found.slept) == pytest.approx(60, abs=0.1)


def test_an_hour_takes_five_hundred_writes_and_the_next_one_is_told() -> None:
    found = forever(answer())
    calls = found.calls
    for _ in range(WRITES_AN_HOUR):
        calls.ask(WRITE, number)

    with pytest.raises(GitHubLimitError, match="GitHub accepts 0 more writes this hour"):
        calls.ask(WRITE, number)

    assert calls.budget().writes == 0
    assert calls.ask(READ, number) == 1


def test_where_github_names_no_limits_nothing_is_kept_back() -> None:
    found = forever(Answer(200, {}, '{"id": 1}'))
    calls = found.calls

    for _ in range(600):
        calls.ask(WRITE, number)
    calls.reserve(5000, 5000)

    assert found.slept == []
    assert (calls.budget().remaining, calls.budget().writes) == (None, None)


def test_the_budget_is_what_the_last_answer_of_githubs_own_said() -> None:
    proxy = Answer(502, {}, "<html>")
    found = world(answer(200, None, x_ratelimit_remaining="412"), proxy, proxy, proxy, proxy, proxy)
    calls = found.calls
    assert calls.budget().remaining is None
    calls.ask(READ, number)
    with pytest.raises(GitHubError):
        calls.ask(READ, number)

    budget = calls.budget()

    assert (budget.limit, budget.remaining, budget.writes) == (1000, 412, 500)
    assert budget.resets is not None
    assert budget.resets.timestamp() == NOW + 1800


@pytest.mark.parametrize(("left", "fits"), [(30, True), (29, False)])
def test_what_is_still_to_be_sent_has_to_fit_with_room_of_twenty(left: int, *, fits: bool) -> None:
    found = world(answer(200, None, x_ratelimit_remaining=str(left)))
    calls = found.calls
    calls.ask(READ, number)

    if fits:
        calls.reserve(10, 2)
        return
    with pytest.raises(
        GitHubLimitError, match=r"accepts 29 more requests .* 30 are needed; run this job again after 20"
    ):
        calls.reserve(10, 2)


def test_an_hour_that_ends_soon_is_waited_for_before_much_is_sent() -> None:
    found = world(answer(200, None, x_ratelimit_remaining="3", x_ratelimit_reset=str(int(NOW) + 100)))
    calls = found.calls
    calls.ask(READ, number)

    calls.reserve(10, 2)

    assert found.slept == [101]


def test_what_no_hour_has_room_for_is_told_as_such() -> None:
    calls = world(answer(200, None, x_ratelimit_remaining="900")).calls
    calls.ask(READ, number)

    with pytest.raises(GitHubLimitError, match="any hour allows: choose fewer clients"):
        calls.reserve(990, 2)
    with pytest.raises(GitHubLimitError, match="any hour allows: choose fewer clients"):
        calls.reserve(700, 490)


def test_the_hours_writes_count_before_more_is_begun() -> None:
    found = forever(answer())
    calls = found.calls
    for _ in range(400):
        calls.ask(WRITE, number)

    calls.reserve(80, 80)
    with pytest.raises(GitHubLimitError, match="accepts 100 more writes this hour, but 101 are needed"):
        calls.reserve(81, 81)
