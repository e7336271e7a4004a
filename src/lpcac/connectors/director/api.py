"""The Director's API: what is asked of it, and what its answers mean.

Facts: Director API 2.7.0, chapters 1-3 and the chapters of the resources. Strict about what it needs in an answer,
tolerant of other content.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

import httpx

from lpcac.connectors.director.pools import NORMAL_MODE, Logpoint, Pool
from lpcac.connectors.director.port import (
    Accepted,
    AnswerLost,
    Finished,
    NotSent,
    OrderState,
    Rejected,
    Running,
    Submission,
)
from lpcac.connectors.director.transport.answers import Answer
from lpcac.connectors.director.transport.http import DirectorHttp
from lpcac.connectors.director.transport.retries import NEVER_SENT, RateLimitedError, UnusableAnswerError
from lpcac.core.errors import DirectorError, NotThereError
from lpcac.core.json_values import Json, flag
from lpcac.core.resources import Action, Target
from lpcac.core.text.safe_text import shortened

_METHODS: Final = {Action.CREATE: "POST", Action.UPDATE: "PUT", Action.DELETE: "DELETE"}
# Observed with and without the leading slash. Only a path of this form is followed, and only on the Director's own
# host, so that no answer can send the token elsewhere.
_ORDER_PATH = re.compile(r"/?(monitorapi/[\w.~%/-]+)")
# Observed as dashed UUIDs; the documentation's examples have no dashes.
_ORDER_ID = re.compile(r"[0-9a-fA-F]{8}(-?)[0-9a-fA-F]{4}\1[0-9a-fA-F]{4}\1[0-9a-fA-F]{4}\1[0-9a-fA-F]{12}")
# Every logpoint has the vendor's repos (observed on a real one): an empty list is half an answer.
_NEVER_EMPTY: Final = frozenset({"Repos"})
# Shown as a list inside a list in the documentation's one example (11.4); read as a plain list as well.
_NESTED: Final = frozenset({"DistributedCollectors"})
_TOO_VAGUE: Final = frozenset({httpx.codes.REQUEST_TIMEOUT})


class DirectorClient:
    """One Director; satisfies `lpcac.connectors.director.port.DirectorPort`."""

    def __init__(self, http: DirectorHttp) -> None:
        """Speak through this client."""
        self._http = http

    async def pools(self) -> Sequence[Pool]:
        """Return every pool with its logpoints; raise `DirectorError` for an answer that is not understood."""
        path = "/monitorapi/v1/director/poolinfo"
        return [_pool(entry) for entry in await self._http.read(path, lambda body: self._objects(body, path))]

    async def list_objects(self, target: Target, path: str) -> list[Json]:
        """Return the answer of one list call; raise `DirectorError` unless it is a list of objects."""
        full = _config_path(target, path)

        def understood(body: Any) -> list[Json]:  # noqa: ANN401 - decoded JSON
            if path in _NESTED and isinstance(body, list) and all(isinstance(inner, list) for inner in body):
                body = [entry for inner in body for entry in inner]
            if not (found := self._objects(body, full)) and path in _NEVER_EMPTY:
                msg = f"the Director's answer to GET {full} is an empty list, but every logpoint has some; run again"
                raise UnusableAnswerError(msg)
            return found

        return await self._http.read(full, understood)

    async def get_object(self, target: Target, path: str, object_id: str) -> Json | None:
        """Return the answer of the call for one object, `None` when the Director has no such object or call.

        Raises:
            DirectorError: the answer is no object, or there is none.
        """
        full = f"{_config_path(target, path)}/{quote(object_id, safe='')}"

        def understood(body: Any) -> Json:  # noqa: ANN401 - decoded JSON
            # An object by itself, or as the only one of a list.
            found = body[0] if isinstance(body, list) and len(body) == 1 else body
            if isinstance(found, dict) and not _says_no(found) and str(found.get("id", object_id)) == object_id:
                return found
            words = shortened(self._http.words(body))
            msg = f"the Director's answer to GET {full} is not that object ({words}); the answer is not used"
            raise UnusableAnswerError(msg)

        try:
            return await self._http.read(full, understood)
        except NotThereError:
            return None

    def _objects(self, body: Any, path: str) -> list[Json]:  # noqa: ANN401 - decoded JSON
        if isinstance(body, list) and all(isinstance(entry, dict) for entry in body):
            return body
        words = shortened(self._http.words(body))
        msg = f"the Director's answer to GET {path} is not a list of objects ({words}); the answer is not used"
        raise UnusableAnswerError(msg)

    async def refresh(self, target: Target, path: str) -> str | None:
        """Ask for a list to be refreshed and return the order that does so, if it is one.

        Raises:
            DirectorError: the Director refuses, or does not confirm it.
        """
        try:
            answer = await self._http.write("POST", _config_path(target, path), {"data": {}})
        except httpx.TransportError as error:
            msg = f"the Director did not confirm {path}: {self._http.why(error)}"
            raise DirectorError(msg) from None
        if not httpx.codes.is_success(answer.status):
            msg = f"the Director refuses {path}: {self._http.explain(answer)}"
            raise DirectorError(msg)
        return self._order_path(target, answer.body) if isinstance(answer.body, dict) else None

    async def submit(self, target: Target, action: Action, path: str, object_id: str | None, data: Json) -> Submission:
        """Send one write and say what is certain about it."""
        full = _config_path(target, path) + (f"/{quote(object_id, safe='')}" if object_id else "")
        body = None if action is Action.DELETE else {"data": data}
        try:
            answer = await self._http.write(_METHODS[action], full, body)
        except NEVER_SENT as error:
            return NotSent(self._http.why(error))
        except httpx.TransportError as error:
            return AnswerLost(self._http.why(error))
        except RateLimitedError as error:
            return NotSent(str(error))
        except DirectorError as error:
            return Rejected(str(error))
        return self._submission(target, answer)

    def _submission(self, target: Target, answer: Answer) -> Submission:
        words = self._http.explain(answer)
        if httpx.codes.is_client_error(answer.status) and answer.status not in _TOO_VAGUE:
            return Rejected(words)
        if not httpx.codes.is_success(answer.status):
            return AnswerLost(words)
        if not isinstance(answer.body, dict):
            return AnswerLost(f"{words} without a JSON object")
        order = self._order_path(target, answer.body)
        if order is None and _says_no(answer.body):
            return Rejected(words)
        return Accepted(order)

    def _order_path(self, target: Target, body: Json) -> str | None:
        """Return the path of the order that an answer names: by its path, its whole address, or its id alone."""
        message = body.get("message")
        text = message.strip() if isinstance(message, str) else ""
        if _ORDER_ID.fullmatch(text):
            return f"/monitorapi/{_address(target)}/orders/{text}"
        found = _ORDER_PATH.fullmatch(self._http.below(text))
        return f"/{found[1]}" if found and ".." not in found[1] else None

    async def order_state(self, order: str) -> OrderState:
        """Return the state of an order; raise `DirectorError` when the answer says nothing about it."""
        try:
            answer = await self._http.poll(order)
        except httpx.TransportError as error:
            msg = f"no answer about the order: {self._http.why(error)}"
            raise DirectorError(msg) from None
        if answer.status == httpx.codes.NOT_FOUND:
            return Running(unheard_of=True)
        if not httpx.codes.is_success(answer.status):
            raise DirectorError(self._http.explain(answer))
        return self._order_state(answer.body)

    def _order_state(self, body: Any) -> OrderState:  # noqa: ANN401 - decoded JSON
        """Read an order's state; whatever does not clearly say that it is finished means that it is still running."""
        response = body.get("response") if isinstance(body, dict) else None
        success = flag(response.get("success")) if isinstance(response, dict) else None
        if not isinstance(response, dict) or success is None:
            return Running()
        words = {"message": response.get("message"), "errors": response.get("errors")}
        return Finished(success, self._http.words(words))


def _says_no(body: Json) -> bool:
    """Tell whether an answer with a status of success is a refusal in its words."""
    says_failed = str(body.get("status", "")).casefold() in ("failed", "failure", "error")
    return says_failed or flag(body.get("success")) is False


def _address(target: Target) -> str:
    return f"{quote(target.pool_uuid, safe='')}/{quote(target.logpoint_id, safe='')}"


def _config_path(target: Target, path: str) -> str:
    return f"/configapi/{_address(target)}/{path}"


def _pool(entry: Json) -> Pool:
    """Read a pool; what an entry lacks matters only to those who mean that very pool or logpoint."""
    machines = entry.get("machines")
    return Pool(
        _text(entry, "name"),
        _text(entry, "pool_uuid"),
        flag(entry.get("active")) is not False,
        tuple(
            Logpoint(
                _text(m, "name"), _text(m, "identifier"), _text(m, "director_mode") or NORMAL_MODE, _text(m, "version")
            )
            for m in (machines if isinstance(machines, list) else ())
            if isinstance(m, dict) and _text(m, "identifier")
        ),
    )


def _text(entry: Json, field: str) -> str:
    value = entry.get(field)
    return "" if value is None else str(value)
