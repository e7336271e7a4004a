"""What the Director's answers are taken to mean."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import httpx
import pytest
from pydantic import SecretStr

from lpcac.connectors.director.api import DirectorClient
from lpcac.connectors.director.pools import Logpoint, Pool
from lpcac.connectors.director.port import Accepted, AnswerLost, Finished, NotSent, Rejected, Running
from lpcac.connectors.director.transport.http import Credentials, DirectorHttp, HttpOptions
from lpcac.core.errors import DirectorError
from lpcac.core.resources import Action, Target
from lpcac.core.text.redaction import Redactor

T = TypeVar("T")

TOKEN = "the-token-that-nobody-may-see"
POOL, LOGPOINT = "1" * 32, "2" * 32
TARGET = Target("acme", "pool-acme", "lp-01", POOL, LOGPOINT)
ORDER = f"/monitorapi/{POOL}/{LOGPOINT}/orders/{'3' * 32}"


class Answers:
    """Answers every request alike and remembers them."""

    def __init__(self, answer: httpx.Response | Exception) -> None:
        self._answer = answer
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    @property
    def paths(self) -> list[str]:
        return [request.url.raw_path.decode() for request in self.requests]


def asked(
    answers: Answers, question: Callable[[DirectorClient], Coroutine[Any, Any, T]], url: str = "https://d.example.com"
) -> T:
    """Put one question to a Director that gives these answers."""

    async def ask() -> T:
        access = Credentials(SecretStr(TOKEN))
        transport = httpx.MockTransport(answers)
        async with DirectorHttp(
            HttpOptions(url, read_only=False, patience=0.05, write_patience=0.05), access, Redactor(), transport
        ) as http:
            return await question(DirectorClient(http))

    return asyncio.run(ask())


def answer(body: Any, code: int = 200) -> Answers:
    return Answers(httpx.Response(code, json=body))


# -- pools


def test_pools_are_read_whatever_else_stands_there() -> None:
    machine = {"director_mode": "fabric_only", "identifier": LOGPOINT, "name": "lp-01", "version": "7.5.0", "new": [1]}
    entries = [
        {"active": True, "name": "pool-acme", "pool_uuid": POOL, "machines": [machine], "extra": {}},
        {"active": False, "name": "empty", "pool_uuid": "4" * 32, "machines": []},
        {"active": "false", "name": "as text", "pool_uuid": "6" * 32, "machines": []},
        {"name": "older", "pool_uuid": "5" * 32, "machines": None},
    ]
    pools = asked(answer(entries), lambda director: director.pools())
    assert pools == [
        Pool("pool-acme", POOL, active=True, machines=(Logpoint("lp-01", LOGPOINT, "fabric_only"),)),
        Pool("empty", "4" * 32, active=False),
        Pool("as text", "6" * 32, active=False),
        Pool("older", "5" * 32),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"status": "Failed"},
        "text",
        [1],
        [[]],
    ],
)
def test_pools_of_another_form_are_refused_with_one_clear_line(body: Any) -> None:
    with pytest.raises(DirectorError, match="the Director's answer to GET /monitorapi/v1/director/poolinfo") as caught:
        asked(answer(body), lambda director: director.pools())
    assert "\n" not in str(caught.value)


def test_a_machine_without_an_identifier_is_none_and_takes_nothing_from_the_others() -> None:
    good = {"name": "lp-02", "identifier": LOGPOINT}
    entries = [
        {"name": "x", "pool_uuid": POOL, "machines": ["z", {"name": "lp-01"}, good]},
        {"name": "y", "pool_uuid": POOL, "machines": 5},
    ]
    first, second = asked(answer(entries), lambda director: director.pools())
    assert [machine.name for machine in first.machines] == ["lp-02"]
    assert second.machines == ()


# -- lists


def test_a_list_is_asked_for_at_the_targets_address() -> None:
    answers = answer([{"name": "system"}])
    assert asked(answers, lambda director: director.list_objects(TARGET, "Repos")) == [{"name": "system"}]
    assert answers.paths == [f"/configapi/{POOL}/{LOGPOINT}/Repos"]


@pytest.mark.parametrize("body", [{}, {"data": []}, "x", 5, [5], [{"name": "x"}, None]])
def test_a_list_of_another_form_is_refused(body: Any) -> None:
    with pytest.raises(DirectorError, match=r"is not a list of objects .*; the answer is not used"):
        asked(answer(body), lambda director: director.list_objects(TARGET, "Repos"))


@pytest.mark.parametrize("body", [[{"name": "x"}], [[{"name": "x"}]], [[], [{"name": "x"}]]])
def test_distributed_collectors_are_read_from_a_list_and_from_a_list_in_a_list(body: Any) -> None:
    assert asked(answer(body), lambda director: director.list_objects(TARGET, "DistributedCollectors")) == [
        {"name": "x"}
    ]
    assert asked(answer([[]]), lambda director: director.list_objects(TARGET, "DistributedCollectors")) == []


def test_no_other_list_may_be_a_list_in_a_list() -> None:
    with pytest.raises(DirectorError, match="is not a list of objects"):
        asked(answer([[{"name": "x"}]]), lambda director: director.list_objects(TARGET, "Repos"))


def test_a_list_of_another_form_that_repeats_the_token_tells_nobody() -> None:
    body = {"message": "x" * 60 + TOKEN}
    with pytest.raises(DirectorError) as caught:
        asked(answer(body), lambda director: director.list_objects(TARGET, "Repos"))
    assert TOKEN[:10] not in str(caught.value)


def one(answers: Answers) -> Any:
    return asked(answers, lambda director: director.get_object(TARGET, "NormalizationPolicy", "a/b"))


@pytest.mark.parametrize("body", [{"name": "x"}, [{"name": "x"}]])
def test_one_object_is_asked_for_at_its_own_address(body: Any) -> None:
    answers = answer(body)
    assert one(answers) == {"name": "x"}
    assert answers.paths == [f"/configapi/{POOL}/{LOGPOINT}/NormalizationPolicy/a%2Fb"]


@pytest.mark.parametrize("code", [404, 405])
def test_an_object_that_is_not_there_or_a_call_that_is_none_is_no_object(code: int) -> None:
    assert one(answer({"message": "no"}, code)) is None


@pytest.mark.parametrize(
    ("body", "code"),
    [([], 200), ([{}, {}], 200), ("x", 200), ({}, 400), ({"id": "another"}, 200), ({"status": "Failed"}, 200)],
)
def test_anything_else_in_place_of_an_object_is_refused(body: Any, code: int) -> None:
    with pytest.raises(DirectorError):
        one(answer(body, code))


def test_an_address_with_a_path_is_kept_in_front() -> None:
    answers = answer([{"name": "default"}])
    asked(answers, lambda director: director.list_objects(TARGET, "Repos"), "https://d.example.com/director")
    assert answers.paths == [f"/director/configapi/{POOL}/{LOGPOINT}/Repos"]


# -- writes


def submitted(answers: Answers, action: Action = Action.CREATE, object_id: str | None = None) -> Any:
    return asked(answers, lambda director: director.submit(TARGET, action, "Repos", object_id, {"name": "x"}))


@pytest.mark.parametrize("front", ["/", "", "https://d.example.com/"])
@pytest.mark.parametrize("code", [200, 201, 202])
def test_an_accepted_write_gives_its_order_with_and_without_the_slash_or_the_address(front: str, code: int) -> None:
    body = {"status": "Success", "message": f"{front}{ORDER.lstrip('/')}"}
    assert submitted(answer(body, code)) == Accepted(ORDER)


@pytest.mark.parametrize("order", ["3" * 32, "6a1d2f0e-52b1-4f0b-9f3e-0d9a4a0c1b2d"])
def test_an_order_that_is_named_by_its_id_alone_is_followed_at_the_targets_address(order: str) -> None:
    found = submitted(answer({"status": "Success", "message": order}))
    assert found == Accepted(f"/monitorapi/{POOL}/{LOGPOINT}/orders/{order}")


def test_an_address_with_a_path_names_orders_with_and_without_that_path() -> None:
    base = "https://d.example.com/director"
    for front in (base, "https://d.example.com"):
        answers = answer({"status": "Success", "message": f"{front}{ORDER}"})
        found = asked(answers, lambda director: director.submit(TARGET, Action.DELETE, "Repos", "1", {}), base)
        assert found == Accepted(ORDER)


@pytest.mark.parametrize(
    "message",
    [
        "https://evil.example.com/monitorapi/a/b/orders/c",
        "//evil.example.com/monitorapi/a/b/orders/c",
        "evil.example.com/monitorapi/a/b/orders/c",
        "http:/monitorapi/x",
        "/monitorapi/../refreshToken",
        "/configapi/a/b/Repos",
        "/monitorapi/a?next=https://evil.example.com",
        "/monitorapi/a#b",
        "/monitorapi/a b",
        "/monitorapi/a\\@evil.example.com",
        "Created",
        "",
        None,
        5,
        {"path": ORDER},
    ],
)
def test_an_order_path_that_leads_elsewhere_is_never_followed(message: Any) -> None:
    assert submitted(answer({"status": "Success", "message": message})) == Accepted(None)


@pytest.mark.parametrize(
    "no", [{"status": "Failed"}, {"status": "failure"}, {"status": "ERROR"}, {"success": False}, {"success": "false"}]
)
def test_a_refusal_with_status_200_is_a_refusal(no: Any) -> None:
    assert submitted(answer({**no, "message": "no such path"})) == Rejected("HTTP 200: no such path")


@pytest.mark.parametrize("code", [400, 403, 404, 409, 410, 422])
def test_a_4xx_is_a_refusal_in_the_directors_words(code: int) -> None:
    body = {"status": "Failed", "message": "name is a mandatory field"}
    assert submitted(answer(body, code)) == Rejected(f"HTTP {code}: name is a mandatory field")


def test_a_refused_token_is_a_refusal() -> None:
    assert isinstance(found := submitted(answer({"message": "Invalid token"}, 401)), Rejected)
    assert "set DIRECTOR_TOKEN" in found.message


@pytest.mark.parametrize("code", [408, 500, 502, 503, 504, 301, 302])
def test_a_status_that_says_nothing_of_the_write_leaves_it_open(code: int) -> None:
    assert isinstance(submitted(answer({"message": "x"}, code)), AnswerLost)


@pytest.mark.parametrize("content", [b"<html>", b"", b"[]", b'"text"', b"null"])
def test_an_answer_that_is_no_object_leaves_it_open(content: bytes) -> None:
    assert isinstance(submitted(Answers(httpx.Response(200, content=content))), AnswerLost)


@pytest.mark.parametrize(
    "error", [httpx.ReadError("x"), httpx.ReadTimeout("x"), httpx.WriteError("x"), httpx.RemoteProtocolError("x")]
)
def test_a_lost_answer_leaves_it_open(error: Exception) -> None:
    answers = Answers(error)
    assert isinstance(submitted(answers), AnswerLost)
    assert len(answers.requests) == 1


def test_a_write_that_cannot_be_sent_is_not_sent() -> None:
    assert isinstance(submitted(Answers(httpx.UnsupportedProtocol("x"))), NotSent)


@pytest.mark.parametrize(
    ("action", "object_id", "method", "path"),
    [
        (Action.CREATE, None, "POST", "Repos"),
        (Action.UPDATE, "68d1", "PUT", "Repos/68d1"),
        (Action.DELETE, "68d1", "DELETE", "Repos/68d1"),
        (Action.DELETE, "../Users/1?x", "DELETE", "Repos/..%2FUsers%2F1%3Fx"),
    ],
)
def test_an_id_stays_inside_its_resource(action: Action, object_id: str | None, method: str, path: str) -> None:
    answers = answer({"status": "Success", "message": ORDER})
    submitted(answers, action, object_id)
    (request,) = answers.requests
    assert (request.method, answers.paths) == (method, [f"/configapi/{POOL}/{LOGPOINT}/{path}"])
    assert request.content == (b"" if method == "DELETE" else b'{"data":{"name":"x"}}')


# -- orders


def state(answers: Answers) -> Any:
    return asked(answers, lambda director: director.order_state(ORDER))


UNFINISHED: list[Any] = [
    {"request": {}, "response": {}},
    {"request": {}, "response": None},
    {"request": {}},
    {"request": {}, "response": {"message": "", "errors": []}},
    {"response": {"success": None}},
    {"response": {"success": "soon"}},
    {"response": {"success": 1}},
    {"response": []},
    {"status": "queued"},
    {"status": "in_progress"},
    {},
    [],
    None,
    "queued",
]


@pytest.mark.parametrize("body", UNFINISHED)
def test_what_does_not_clearly_say_that_the_order_is_finished_means_that_it_is_running(body: Any) -> None:
    assert state(answer(body)) == Running()


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"response": {"succ'])
def test_a_garbled_state_means_that_the_order_is_running(content: bytes) -> None:
    assert state(Answers(httpx.Response(200, content=content))) == Running()


def test_an_order_that_is_not_known_yet_is_running_and_said_to_be_unheard_of() -> None:
    assert state(answer({"message": "no such order"}, 404)) == Running(unheard_of=True)


@pytest.mark.parametrize(("success", "means"), [(True, True), ("true", True), ("True", True), ("false", False)])
def test_a_finished_order_is_told_with_the_directors_words(success: Any, *, means: bool) -> None:
    done = {"success": success, "message": "Repo created", "errors": [], "node_change_count": -1}
    assert state(answer({"request": {}, "response": done})) == Finished(success=means, message="Repo created")


@pytest.mark.parametrize(
    "errors", [["disk full"], [{"code": 1, "message": "disk full"}], "disk full", {"detail": "disk full"}]
)
def test_a_failed_orders_errors_can_be_strings_or_objects(errors: Any) -> None:
    failed = {"success": False, "message": "failed", "errors": errors, "node_change_count": -1}
    assert state(answer({"response": failed})) == Finished(success=False, message="failed; disk full")


def test_a_failed_order_that_repeats_the_token_tells_nobody() -> None:
    found = state(answer({"response": {"success": False, "message": "x" * 280 + TOKEN, "errors": [TOKEN]}}))
    assert TOKEN[:10] not in found.message


@pytest.mark.parametrize("code", [400, 429, 500, 502, 503])
def test_a_state_that_cannot_be_read_is_an_error_and_no_verdict(code: int) -> None:
    with pytest.raises(DirectorError, match=f"HTTP {code}"):
        state(answer({"message": "x"}, code))


def test_a_poll_without_an_answer_is_an_error_and_no_verdict() -> None:
    with pytest.raises(DirectorError, match="no answer about the order"):
        state(Answers(httpx.ReadTimeout("x")))


# -- refreshing a list


def refreshed(answers: Answers) -> Any:
    return asked(answers, lambda director: director.refresh(TARGET, "Repos/RepoPaths/refreshlist"))


def test_a_refresh_gives_its_order_if_it_is_one() -> None:
    answers = answer({"status": "Success", "message": ORDER.lstrip("/")})
    assert refreshed(answers) == ORDER
    assert answers.paths == [f"/configapi/{POOL}/{LOGPOINT}/Repos/RepoPaths/refreshlist"]
    assert refreshed(answer({"status": "Success", "message": "Refreshed"})) is None
    assert refreshed(Answers(httpx.Response(200, content=b""))) is None


def test_a_refresh_that_fails_says_so() -> None:
    with pytest.raises(DirectorError, match=r"refuses Repos/RepoPaths/refreshlist: HTTP 400: no"):
        refreshed(answer({"message": "no"}, 400))
    with pytest.raises(DirectorError, match=r"did not confirm Repos/RepoPaths/refreshlist: no answer within"):
        refreshed(Answers(httpx.ReadTimeout("")))
