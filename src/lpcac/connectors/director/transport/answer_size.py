"""Reads an answer up to a size: a compromised Director may send a small one that unpacks to gigabytes."""

from __future__ import annotations

from typing import Final

import httpx

MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024
CODING: Final = "gzip"
"""The one way in which answers may be packed. A second one on top of it would unpack a thousand times as much."""


class AnswerTooLargeError(httpx.RemoteProtocolError):
    """The answer is larger, or packed in another way, than any Director's is; asking again would not help."""


async def limited_content(response: httpx.Response) -> bytes:
    """Return the content of a response that is being received, unpacked.

    Raises:
        AnswerTooLargeError: it is packed otherwise than asked for, or over 64 MiB unpacked.
        httpx.TransportError, httpx.DecodingError: it ended too early, or is not packed as it says.
    """
    if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity", CODING):
        message = f"it has a content coding that was not requested ({CODING} was)"
        raise AnswerTooLargeError(message)
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > MAX_ANSWER_BYTES:
            message = f"it is over {MAX_ANSWER_BYTES // 1024 // 1024} MiB"
            raise AnswerTooLargeError(message)
    return bytes(content)
