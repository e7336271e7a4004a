"""Documents as payloads of deployments: packed, in parts that GitHub takes, and read back whole or not at all."""

from __future__ import annotations

import binascii
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from lpcac.action.plan_record.record import short
from lpcac.connectors.github.port import Deployment
from lpcac.core.digests import canonical_bytes
from lpcac.core.json_values import Json

PART_BYTES: Final = 30_000
"""The most that one payload takes. GitHub names no limit; this is well below what it has been seen to refuse."""
FORMAT: Final = 2
# Bytes of a payload beside its data, with numbers of any length that can occur.
_AROUND: Final = 128
_MOST_PARTS: Final = 4_096
_MOST_BYTES: Final = 64 * 1024 * 1024


def payloads(document: Json) -> tuple[Json, ...]:
    """Return a document as payloads of at most `PART_BYTES` each, in the order in which to write them.

    They name the document by a digest of its content, so that the same content always gives the same payloads.
    """
    packed = zlib.compress(canonical_bytes(document), 9)
    text, room = b64encode(packed).decode(), PART_BYTES - _AROUND
    pieces = [text[start : start + room] for start in range(0, len(text), room)]
    name = short(sha256(packed).hexdigest())
    return tuple(
        {"lpcac": FORMAT, "document": name, "part": number, "of": len(pieces), "data": piece}
        for number, piece in enumerate(pieces, start=1)
    )


@dataclass(frozen=True)
class Whole:
    """A document of which every part was read.

    Arguments:
        name: a digest of its content.
        order: id of the deployment with its first part: what is recorded later has a higher one.
        recorded: when GitHub got that part.
    """

    name: str
    content: Json
    order: int
    recorded: datetime


@dataclass
class Assembly:
    """Puts documents together from deployments in any order; what is incomplete or altered gives nothing."""

    _open: dict[tuple[str, int], dict[int, tuple[Deployment, str]]] = field(default_factory=dict)

    def add(self, deployment: Deployment) -> Whole | None:
        """Add one deployment, and return the document that it completes, if it completes one."""
        found = _part_of(deployment.payload)
        if found is None:
            return None
        name, number, count, data = found
        parts = self._open.setdefault((name, count), {})
        # A part that was written twice counts at its first place.
        if number not in parts or deployment.id < parts[number][0].id:
            parts[number] = deployment, data
        if len(parts) < count:
            return None
        del self._open[name, count]
        content = _unpacked(name, [parts[each][1] for each in range(1, count + 1)])
        first = parts[1][0]
        return None if content is None else Whole(name, content, first.id, first.created)

    def incomplete(self) -> list[Deployment]:
        """Return the parts of documents that lack another one."""
        return [deployment for parts in self._open.values() for deployment, _ in parts.values()]


def _part_of(payload: Json) -> tuple[str, int, int, str] | None:
    """Return the document's name, which part of how many it is, and the data; `None` for anything else."""
    match payload:
        case {"lpcac": found, "document": str(name), "part": int(number), "of": int(count), "data": str(data)}:
            is_one = found == FORMAT and not isinstance(number, bool) and 1 <= number <= count <= _MOST_PARTS
            return (name, number, count, data) if is_one else None
    return None


def _unpacked(name: str, pieces: Sequence[str]) -> Json | None:
    try:
        packed = b64decode("".join(pieces), validate=True)
        if short(sha256(packed).hexdigest()) != name:
            return None
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(packed, _MOST_BYTES)
        content = None if unpacker.unconsumed_tail else json.loads(plain)
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
