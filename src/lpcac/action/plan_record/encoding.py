"""Plan records as text: packed for an HTML comment and for a deployment's payload, and read back defensively."""

from __future__ import annotations

import binascii
import json
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from hashlib import sha256

from lpcac.action.plan_record.map_part import MapChange, MapPart, ShownValue
from lpcac.action.plan_record.record import (
    MARK_BYTES,
    SEAL_BYTES,
    VERSION,
    Origin,
    PlanRecord,
    ReviewedChange,
    TargetRecord,
    object_mark,
    short,
    target_identity,
)
from lpcac.action.plan_record.signing import ReviewKey, is_genuine, key_mark, seal, signed_for
from lpcac.core.digests import canonical_bytes
from lpcac.core.json_values import Json
from lpcac.planning.plan import TargetPlan

_MARK = re.compile(r"<!-- lpcac:record:")
# The last line, so that all that people read is before it in one piece.
_RECORD = re.compile(r"(?:\A|\n)<!-- lpcac:record:v(\d+) ([A-Za-z0-9+/=]*) -->\s*\Z")
_MOST_BYTES = 4 * 1024 * 1024
_NO_CHANGE = MapChange()


class Fault(StrEnum):
    """Why a record does not count; the words complete "the reviewed plan"."""

    ABSENT = "is missing: no comment of this tool on the pull request carries a plan record"
    UNREADABLE = "cannot be read: its record was altered"
    EDITED = "is not what people read: the comment's text was edited after it was recorded"
    OTHER_VERSION = "was recorded by another version of lpcac"
    OTHER_REPOSITORY = "was recorded in another repository"
    OTHER_PULL_REQUEST = "was recorded on another pull request"
    OTHER_COMMIT = "was made for another commit than the one that was merged"
    LATE = "was recorded or edited after the merge, so nobody reviewed it: open a new pull request"
    OTHER_SCOPE = "was recorded by the job of another scope"
    NOT_APPROVED = (
        "has no valid approval of the merged commit, and the map says require_approval: "
        "approve the pull request, then run this job again"
    )
    APPROVED_EARLY = (
        "was approved only before it was shown: read the plan, approve the pull request again, then run this job again"
    )
    APPROVED_BY_AUTHOR = (
        "was approved only by the pull request's author: someone else with write permission must approve it, "
        "then run this job again"
    )
    APPROVED_WITHOUT_RIGHT = (
        "was approved only by an app or by someone without write permission: someone with write permission must "
        "approve it, then run this job again"
    )
    APPROVED_OLDER_COMMIT = (
        "was approved only for an older commit of the pull request: approve its newest one, then run this job again"
    )
    UNDATED = "does not say when it was first shown, so no approval can match it: open a new pull request"
    USED = "was applied already, and a later commit after it: open a new pull request"
    OTHER_TARGET = "has no record of this target: it was not planned, or could not be"
    NOT_GENUINE = "has a record that was not signed by this workflow: it was altered, or the key or token changed"
    NO_KEY = "cannot be verified: there is neither a signing key nor a Director token to derive one from"


APPROVAL_FAULTS = frozenset(
    {
        Fault.NOT_APPROVED,
        Fault.APPROVED_EARLY,
        Fault.APPROVED_BY_AUTHOR,
        Fault.APPROVED_WITHOUT_RIGHT,
        Fault.APPROVED_OLDER_COMMIT,
        Fault.UNDATED,
    }
)
"""Faults of an approval; the record itself is in order."""


class RecordError(Exception):
    """A record does not count."""

    def __init__(self, fault: Fault) -> None:
        """Say why."""
        super().__init__(fault.value)
        self.fault = fault


def shown_digest(text: str) -> str:
    """Return the short digest of the text before a comment's record, whatever ends its lines."""
    plain = "\n".join(line.rstrip(" \t\r") for line in text.split("\n")).strip()
    return short(sha256(plain.encode(errors="surrogatepass")).hexdigest())


def record_comment(record: PlanRecord) -> str:
    """Return the record as one HTML comment; its alphabet has nothing that could end it."""
    packed = b64encode(zlib.compress(canonical_bytes(record_json(record)), 9)).decode()
    return f"<!-- lpcac:record:v{VERSION} {packed} -->"


def has_record(text: str) -> bool:
    """Tell whether a comment's text ends with a record, whether it counts or not."""
    return _RECORD.search(text) is not None


def find_record(text: str) -> PlanRecord:
    """Return the record in a comment's text.

    Raises:
        RecordError: there is none, more than one, none that can be read, or one that was made for another text.
    """
    marks = len(_MARK.findall(text))
    if not marks:
        raise RecordError(Fault.ABSENT)
    found = _RECORD.search(text)
    if found is None or marks > 1:
        raise RecordError(Fault.UNREADABLE)
    version, packed = found.groups()
    if int(version[:9]) != VERSION:
        raise RecordError(Fault.OTHER_VERSION)
    try:
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(b64decode(packed, validate=True), _MOST_BYTES)
        if unpacker.unconsumed_tail:
            raise RecordError(Fault.UNREADABLE)
        record = record_from_json(json.loads(content))
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        raise RecordError(Fault.UNREADABLE) from None
    if record.origin.shown != shown_digest(text[: found.start()]):
        raise RecordError(Fault.EDITED)
    return record


def record_json(record: PlanRecord) -> Json:
    """Return the record as JSON."""
    content: Json = {
        "version": VERSION,
        "repository": record.origin.repository,
        "pull_request": record.origin.pull_request,
        "head": record.origin.head,
        "shown": record.origin.shown,
        "scope": record.origin.scope,
        "plan": record.origin.plan,
        "since": record.origin.since,
        "targets": [_target_json(target) for target in record.targets.values()],
        "wholes": _joined(record.wholes),
        "touched": _joined(record.touched),
        "keys": sorted(record.keys),
    }
    if record.map:
        content["map"] = {
            "shown": [[each.key, each.value] for each in record.map.shown],
            "signatures": dict(record.map.signatures),
        }
    return content


def record_from_json(value: object) -> PlanRecord:
    """Return the record that a JSON value holds.

    Raises:
        RecordError: it holds none, or one of another version.
    """
    if not isinstance(value, dict) or "version" not in value:
        raise RecordError(Fault.UNREADABLE)
    if value["version"] != VERSION:
        raise RecordError(Fault.OTHER_VERSION)
    try:
        repository, number, head = _str(value["repository"]), _int(value["pull_request"]), _str(value["head"])
        shown, scope = _str(value["shown"]), _str(value["scope"])
        # A record from before these two were written is read; its signature tells that it is another one.
        plan, since = _str(value.get("plan", "")), _str(value.get("since", ""))
        origin = Origin(repository, number, head, shown, scope, plan, since)
        targets = [_target(entry) for entry in value["targets"]]
        wholes = frozenset(_parted(_str(value["wholes"]), SEAL_BYTES))
        touched = frozenset(_parted(_str(value["touched"]), MARK_BYTES))
        keys = frozenset(_str(key) for key in value["keys"])
        found = _map_part(value["map"]) if "map" in value else None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise RecordError(Fault.UNREADABLE) from None
    return PlanRecord(origin, {target.target: target for target in targets}, wholes, keys, touched, found)


def verified(record: PlanRecord, origin: Origin, plan: TargetPlan, key: ReviewKey | None) -> TargetRecord:
    """Return what the record says of a plan's target, after every check that it was made by us for just this.

    Arguments:
        origin: what it must be bound to; what people were shown is taken from the record, and checked where it is read.

    Raises:
        RecordError: with the first thing that does not fit.
    """
    if key is None:
        raise RecordError(Fault.NO_KEY)
    if fault := misplaced(record.origin, origin):
        raise RecordError(fault)
    target, digest = target_identity(plan.target), short(plan.digest) if plan.digest else ""
    if target in record.targets:
        part = record.targets[target]
        if not is_genuine(part, record.origin, key):
            raise RecordError(Fault.NOT_GENUINE)
        return part
    if not record.wholes:
        raise RecordError(Fault.OTHER_TARGET)
    if key_mark(record.origin, key) not in record.keys:
        raise RecordError(Fault.NOT_GENUINE)
    # The seals do not say whose they are: either one is of this very plan, or this plan was not reviewed.
    is_sealed = seal(record.origin, target, digest, key) in record.wholes
    return TargetRecord(target, digest if is_sealed else "", None, "")


def misplaced(found: Origin, origin: Origin) -> Fault | None:
    """Return in what the place of a record differs from the one that it is looked for."""
    if found.repository.lower() != origin.repository.lower():
        return Fault.OTHER_REPOSITORY
    if found.pull_request != origin.pull_request:
        return Fault.OTHER_PULL_REQUEST
    if found.head != origin.head:
        return Fault.OTHER_COMMIT
    return None if found.scope == origin.scope else Fault.OTHER_SCOPE


def packed_record(
    origin: Origin,
    targets: Sequence[tuple[TargetRecord, ReviewKey]],
    room: int,
    change: MapChange = _NO_CHANGE,
) -> str:
    """Return the record as an HTML comment of at most `room` characters, or an empty text when there is no room.

    The targets with the most changes give up their list first.

    Arguments:
        origin: what every target's part is bound to.
        targets: each with the key that signs it.
        change: what is shown of the map.
    """
    by_length = sorted(targets, key=lambda each: len(each[0].changes or ()))

    def with_lists(count: int) -> str:
        record = replace(_record(origin, by_length[:count], by_length[count:]), map=change.signed(origin))
        text = record_comment(record)
        # What only helps people is left out where there is no room for it.
        return text if len(text) <= room else record_comment(replace(record, touched=frozenset()))

    if len(text := with_lists(len(by_length))) <= room:
        return text
    low, high, found = 0, len(by_length) - 1, ""
    while low <= high:
        # Without any first: if that does not fit, nothing does.
        middle = (low + high + 1) // 2 if found else 0
        if len(text := with_lists(middle)) <= room:
            found, low = text, middle + 1
        elif middle == 0:
            return ""
        else:
            high = middle - 1
    return found


def _record(
    origin: Origin, listed: Iterable[tuple[TargetRecord, ReviewKey]], sealed: Iterable[tuple[TargetRecord, ReviewKey]]
) -> PlanRecord:
    short_forms = list(sealed)
    return PlanRecord(
        origin,
        {target.target: signed_for(target, origin, key) for target, key in listed},
        frozenset(seal(origin, target.target, target.plan, key) for target, key in short_forms),
        frozenset(key_mark(origin, key) for _, key in short_forms),
        frozenset(
            object_mark(target.target, change.kind, change.name)
            for target, _ in short_forms
            for change in target.changes or ()
        ),
    )


def _joined(seals: Iterable[str]) -> str:
    """Return texts of one length as one, without anything between them that would cost room."""
    return b64encode(b"".join(b64decode(f"{each}{'=' * (-len(each) % 4)}") for each in sorted(seals))).decode()


def _parted(text: str, length: int) -> Iterable[str]:
    packed = b64decode(text, validate=True)
    if len(packed) % length:
        raise ValueError(text)
    for start in range(0, len(packed), length):
        yield b64encode(packed[start : start + length]).decode().rstrip("=")


def _target_json(target: TargetRecord) -> Json:
    content: Json = {"target": target.target, "plan": target.plan, "signature": target.signature}
    if target.changes is not None:
        content["changes"] = [[c.action, c.kind, c.name, c.digest] for c in target.changes]
    return content


def _map_part(value: Json) -> MapPart:
    shown = tuple(ShownValue(_str(key), _str(content)) for key, content in value["shown"])
    return MapPart(shown, {_str(name): _str(signature) for name, signature in value["signatures"].items()})


def _target(value: Json) -> TargetRecord:
    changes = value.get("changes")
    return TargetRecord(
        _str(value["target"]),
        _str(value["plan"]),
        None if changes is None else tuple(_changes(changes)),
        _str(value["signature"]),
    )


def _changes(rows: Iterable[object]) -> Iterable[ReviewedChange]:
    for row in rows:
        if not isinstance(row, list):
            raise TypeError
        action, kind, name, digest = (_str(part) for part in row)
        yield ReviewedChange(action, kind, name, digest)


def _str(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _int(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value
