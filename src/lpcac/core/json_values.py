"""Decoded JSON."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""A decoded JSON object. The one place where values are untyped: the wire, and specs on their way to the digest."""
