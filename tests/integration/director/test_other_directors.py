"""Directors that answer otherwise where nothing says how they answer: whatever they choose, all ends as declared."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lpcac.apply.report import State
from lpcac.core.resources import Action
from lpcac.models import registry
from lpcac.simulator.faults.faults import Fault

if TYPE_CHECKING:
    from tests.integration.conftest import Site

Change = Callable[[Any], Any]
HELD = frozenset().union(*(kind.held_fields for kind in registry().kinds.values()))
NOBODYS = ("user", "active", "tid", "repo_number", "used_size", "old_repo_paths", "store_front_port")
URL = "http://director.invalid/"


class OtherWays(httpx.AsyncBaseTransport):
    """Carries requests to a simulated Director, and changes its answers."""

    def __init__(self, transport: httpx.AsyncBaseTransport, where: str, change: Change) -> None:
        self._transport = transport
        self._where = where
        self._change = change

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        content = await response.aread()
        if response.status_code != httpx.codes.OK or self._where != what_is_asked(request, content):
            return response
        changed = self._change(json.loads(content))
        return httpx.Response(
            204 if changed is None else 200,
            content=b"" if changed is None else json.dumps(changed).encode(),
            request=request,
        )


def what_is_asked(request: httpx.Request, content: bytes) -> str:
    if "/orders/" in request.url.path:
        return "order"
    if not request.url.path.startswith("/configapi/"):
        return "pools"
    if request.method != "GET":
        return request.method.lower() if request.method == "DELETE" else "write"
    return "list" if content.startswith(b"[") else "object"


def each_object(change: Change) -> Change:
    """Return what changes every object in an answer, inner ones first."""

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(each) for each in value]
        return change({name: walk(each) for name, each in value.items()}) if isinstance(value, dict) else value

    return walk


def as_text(obj: Any) -> Any:
    return {name: _text(value) for name, value in obj.items()}


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else value


def without(*names: str) -> Change:
    return lambda obj: {name: value for name, value in obj.items() if name not in names}


def told_as(value: Any) -> Change:
    """Return what shows each empty value of an object as this one."""
    return lambda obj: {name: value if each in (None, "", []) else each for name, each in obj.items()}


def order_as(shape: Callable[[str], Any]) -> Change:
    return lambda body: shape(body["message"].lstrip("/"))


WAYS: dict[str, tuple[str, Change]] = {
    "an order is named by its whole address": ("write", order_as(lambda path: {"message": URL + path})),
    "an order is named by its id": ("write", order_as(lambda path: {"message": path.rpartition("/")[2]})),
    "an order is not named": ("write", lambda _body: {"status": "Success"}),
    "a write is answered by nothing": ("write", lambda _body: None),
    "a delete is answered by nothing": ("delete", lambda _body: None),
    "a delete is answered by an empty object": ("delete", lambda _body: {}),
    "an order says as text that it has ended": ("order", each_object(as_text)),
    "an order repeats its state on top": ("order", lambda body: {**body, "status": "completed", "id": 7}),
    "pools say as text that they are active": ("pools", each_object(as_text)),
    "lists say flags and numbers as text": ("list", each_object(as_text)),
    "lists leave out what objects hold": ("list", lambda rows: [without(*HELD)(row) for row in rows]),
    "lists say null of what objects hold": (
        "list",
        lambda rows: [row | dict.fromkeys(HELD & row.keys()) for row in rows],
    ),
    "lists leave out what is nobody's": ("list", each_object(without(*NOBODYS))),
    "lists say null of what is empty": ("list", each_object(told_as(None))),
    "lists say an empty text of what is empty": ("list", each_object(told_as(""))),
    "lists hold fields that nobody knows": (
        "list",
        each_object(lambda obj: obj | {"vid": "", "created": "2026-01-01", "links": [{"self": "/x"}]}),
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_all_is_created_changed_and_deleted_and_then_there_is_nothing_to_do(
    imagine_site: Callable[..., Site], small: list[Any], pipeline: list[Any], way: str
) -> None:
    site = imagine_site(order_delay=1.0)
    site.simulator.transport = OtherWays(site.simulator.transport, *WAYS[way])  # type: ignore[union-attr,misc,arg-type]
    (gone,) = (each for each in pipeline if each["metadata"]["name"] == "normalization-02")
    site.declare([*small, gone])
    assert site.clock is not None
    began = site.clock.now
    assert site.apply().is_done
    assert site.plan().is_empty
    # None of it is found out by waiting for a time-out.
    assert site.clock.now - began < site.pacing.order_timeout
    object_id = site.logpoint.named("Repo", "repo-01")["id"]
    site.logpoint.replace("Repo", object_id, {"repopath": [{"path": "/data_hot/", "retention": 7}]})
    site.declare(small)
    owned = [outcome.change.key for outcome in site.progress.outcomes]
    report = site.apply(owned)
    assert [outcome.change.action for outcome in report.outcomes] == [Action.UPDATE, Action.DELETE]
    assert report.is_done
    # Whatever else a Director shows in a tier travels with it.
    tiers = site.logpoint.named("Repo", "repo-01")["repopath"]
    assert [[tier["path"], tier["retention"]] for tier in tiers] == [["/data_hot/", 90], ["/cold_nfs/", 275]]
    assert site.created_more_than_once() == []
    assert sum(site.declared_count().values()) == len(small)
    assert site.plan(owned).is_empty


@pytest.mark.parametrize("answer", [{"success": False}, {"success": "false"}, {"status": "Failed"}])
def test_a_refusal_that_is_answered_with_success_is_told_at_once(
    imagine_site: Callable[..., Site], small: list[Any], answer: Any
) -> None:
    site = imagine_site(order_delay=1.0)
    site.simulator.faults.add(Fault("status", "POST", "/Repos$", status=400, count=1))
    transport = site.simulator.transport  # type: ignore[union-attr]

    class Polite(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await transport.handle_async_request(request)
            refused = response.status_code == httpx.codes.BAD_REQUEST
            return httpx.Response(200, json=answer | {"message": "the disk is full"}) if refused else response

    site.simulator.transport = Polite()  # type: ignore[union-attr,assignment]
    site.declare(small)
    report = site.apply()
    (failed,) = [outcome for outcome in report.outcomes if outcome.state is State.FAILED]
    assert failed.detail == "refused: HTTP 200: the disk is full"
    assert failed.seconds < 1
