"""Signs plan records, and checks their signatures.

Each target's part is signed by itself with its own key and bound to repository, scope, pull request, head commit and
target, so that it can travel alone.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Self

from lpcac.action.plan_record.record import (
    SEAL_BYTES,
    VERSION,
    Origin,
    ReviewedChange,
    TargetRecord,
    base64_text,
    short,
    target_identity,
)
from lpcac.core.digests import canonical_bytes
from lpcac.core.json_values import Json
from lpcac.planning.plan import TargetPlan

_SALT = b"lpcac plan record v1"
# Half of an HMAC-SHA256, the shortest truncation that RFC 2104 advises.
_SIGNATURE_BYTES = 16


class ReviewKey:
    """A key that signs plan records; it is never shown."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        """Sign with these bytes."""
        self._key = key

    def __repr__(self) -> str:
        """Return a text without the key."""
        return "ReviewKey(...)"

    @classmethod
    def of(cls, signing_key: str, token: str) -> Self | None:
        """Return the key: from the signing key, else from the Director's token; `None` when both are empty.

        It is derived as in HKDF (RFC 5869, HMAC-SHA256, one block), with a label for each source, so that neither the
        token nor a signing key used elsewhere can be told from a signature.
        """
        for label, secret in ((b"signing key", signing_key.strip()), (b"director token", token.strip())):
            if secret:
                extracted = hmac.digest(_SALT, secret.encode(), "sha256")
                return cls(hmac.digest(extracted, label + b"\x01", "sha256"))
        return None

    def sign(self, content: Json, length: int = _SIGNATURE_BYTES) -> str:
        """Return the signature of a JSON value's canonical bytes.

        Arguments:
            length: in bytes.
        """
        return base64_text(hmac.digest(self._key, canonical_bytes(content), "sha256")[:length])

    def has_signed(self, content: Json, signature: str) -> bool:
        """Tell, in constant time, whether the signature is this key's for the content."""
        return hmac.compare_digest(self.sign(content).encode(), signature.encode())


def record_target(origin: Origin, plan: TargetPlan, key: ReviewKey, clean: Callable[[str], str] = str) -> TargetRecord:
    """Return the signed record of one target's plan, with every change.

    Arguments:
        clean: takes secrets out of a name.
    """
    changes = tuple(
        ReviewedChange(change.action.value, change.key.kind, clean(change.key.name), short(change.digest))
        for change in plan.changes
    )
    return _signed(origin, target_identity(plan.target), short(plan.digest), changes, key)


def signed_for(record: TargetRecord, origin: Origin, key: ReviewKey) -> TargetRecord:
    """Return the same record, signed for another origin."""
    return _signed(origin, record.target, record.plan, record.changes, key)


def seal(origin: Origin, target: str, plan: str, key: ReviewKey) -> str:
    """Return what stands for one target's plan as a whole: digest of both and signature in one, 160 bits long.

    Arguments:
        target: identity of the target.
        plan: short digest of the plan.
    """
    return key.sign(_content(origin, target, plan, None), SEAL_BYTES)


def key_mark(origin: Origin, key: ReviewKey) -> str:
    """Return what tells, without any plan, whether a record's seals were made with a key."""
    return key.sign(_content(origin, "", "", None))


def is_genuine(record: TargetRecord, origin: Origin, key: ReviewKey) -> bool:
    """Tell whether the key signed this record for this origin."""
    return key.has_signed(_content(origin, record.target, record.plan, record.changes), record.signature)


def _signed(
    origin: Origin, target: str, plan: str, changes: tuple[ReviewedChange, ...] | None, key: ReviewKey
) -> TargetRecord:
    return TargetRecord(target, plan, changes, key.sign(_content(origin, target, plan, changes)))


def _content(origin: Origin, target: str, plan: str, changes: tuple[ReviewedChange, ...] | None) -> Json:
    return {
        "version": VERSION,
        **origin.signed_fields,
        "target": target,
        "plan": plan,
        "changes": None if changes is None else [vars(change) for change in changes],
    }
