"""Keeps secrets out of whatever leaves the process."""

from __future__ import annotations

import base64
from urllib.parse import quote, quote_plus

MASK = "[secret]"
# Shorter values would mask ordinary words; no credential of the Director or of GitHub is that short.
_SHORTEST = 6


class Redactor:
    """Replaces every known secret, raw or encoded, in any text."""

    def __init__(self) -> None:
        """Start with no secrets."""
        self._forms: list[str] = []

    def hide(self, secret: str | None) -> None:
        """Replace this secret from now on: raw, URL-encoded and in base64."""
        if not secret or len(secret) < _SHORTEST:
            return
        forms = {secret, quote(secret, safe=""), quote_plus(secret), *_base64_forms(secret)}
        # Longest first, so that a form inside another one does not leave its rest behind.
        self._forms = sorted({*self._forms, *forms}, key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return the text without any secret."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text


def _base64_forms(secret: str) -> set[str]:
    """Return what is left of the secret in base64 wherever it starts within the encoded bytes."""
    forms = set()
    raw = secret.encode()
    for offset in range(3):
        lead = b"\0" * offset
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(lead + raw).decode()
            # Characters that also hold bits of a neighbour differ with it: only the inner ones are the secret's own.
            first = (0, 2, 3)[offset]
            last = (len(lead + raw) * 8) // 6
            forms.add(text[first:last])
    return forms
