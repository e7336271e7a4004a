"""The edge of what is taken in of an answer, plain and unpacked."""

from __future__ import annotations

import asyncio
import gzip

import httpx
import pytest

from lpcac.connectors.director.transport import answer_size

LIMIT = 1000


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_an_answer_is_taken_in_up_to_the_limit_and_not_a_byte_beyond(
    monkeypatch: pytest.MonkeyPatch, coding: str
) -> None:
    monkeypatch.setattr(answer_size, "MAX_ANSWER_BYTES", LIMIT)

    def taken(size: int) -> bytes:
        content = b"x" * size
        packed = gzip.compress(content) if coding == "gzip" else content
        response = httpx.Response(200, headers={"Content-Encoding": coding}, stream=httpx.ByteStream(packed))
        return asyncio.run(answer_size.limited_content(response))

    assert len(taken(LIMIT)) == LIMIT
    with pytest.raises(answer_size.AnswerTooLargeError):
        taken(LIMIT + 1)
