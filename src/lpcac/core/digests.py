"""Canonical bytes and digests: the one place where content becomes an identity."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_bytes(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return the one encoding of a JSON value: keys sorted, no spaces, UTF-8."""
    # JSON can hold half of a surrogate pair, and a Director's answer is JSON.
    return _ENCODER.encode(value).encode(errors="surrogatepass")


def digest(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the SHA-256 of a JSON value's canonical bytes, as 64 hex digits."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()
