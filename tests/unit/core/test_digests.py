"""Canonical bytes."""

from __future__ import annotations

import pytest

from lpcac.core.digests import canonical_bytes, digest


def test_the_order_of_keys_does_not_matter() -> None:
    assert canonical_bytes({"b": 1, "a": [{"d": 1, "c": 2}]}) == canonical_bytes({"a": [{"c": 2, "d": 1}], "b": 1})


def test_text_is_kept_as_it_is() -> None:
    assert canonical_bytes({"ü": "\u2028"}) == '{"ü":"\u2028"}'.encode()


def test_different_content_has_another_digest() -> None:
    assert len({digest(value) for value in ([1], ["1"], [True], [None], [1, 1], {}, [])}) == 7


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_bytes(float("nan"))
