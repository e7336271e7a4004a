"""No request to GitHub leaves beside the one policy for all of them; importing the fixture holds a test to that."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest
from requests.adapters import HTTPAdapter

from lpcac.connectors.github.transport.retries import Calls

_POLICY = Calls._sent.__code__


class OutsideOfThePolicyError(AssertionError):
    """A request to GitHub that no policy knows of."""


@pytest.fixture(autouse=True)
def only_the_policy_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forbid requests to GitHub that the policy did not send, such as one for an attribute that is read."""
    send = HTTPAdapter.send

    def watched(self: HTTPAdapter, *arguments: Any, **options: Any) -> Any:
        if not _is_within_the_policy(sys._getframe()):
            message = "a request to GitHub beside the policy"
            raise OutsideOfThePolicyError(message)
        return send(self, *arguments, **options)

    monkeypatch.setattr(HTTPAdapter, "send", watched)


def _is_within_the_policy(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code is _POLICY:
            return True
        frame = frame.f_back
    return False
