"""Masks secrets in all output."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import cached_property
from html import escape
from urllib.parse import quote, quote_plus

MASK = "[secret]"
# Shorter values would mask ordinary words; no credential of the Director or of GitHub is that short.
_SHORTEST = 6
# This many first characters identify a secret that was cut off.
_BEGINNING = 8
_CUT = "…"


class Redactor:
    """Replaces every known secret in a text: raw, encoded, escaped or cut off."""

    def __init__(self) -> None:
        """Start with no secrets."""
        self._forms: list[str] = []
        self._written: list[_Written] = []

    def hide(self, secret: str | None) -> None:
        """Replace this secret from now on."""
        if not secret or len(secret) < _SHORTEST:
            return
        forms = {secret, quote(secret, safe=""), quote_plus(secret), *_base64_forms(secret)}
        # Longest first, so that a form inside another one does not leave its rest behind.
        self._forms = sorted({*self._forms, *forms}, key=len, reverse=True)
        self._written = sorted({*self._written, _Written(secret)}, key=lambda each: len(each.secret), reverse=True)

    def clean(self, text: str) -> str:
        """Return the text without any secret."""
        for form in self._forms:
            text = text.replace(form, MASK)
        for written in self._written:
            text = written.masked_in(text)
        return text


@dataclass(frozen=True)
class _Written:
    """A secret as a page may have it: with entities or backslashes, across code spans, or with its end cut off."""

    secret: str

    @cached_property
    def _beginning(self) -> re.Pattern[str]:
        spellings = (_spellings(character) for character in self.secret[:_BEGINNING])
        return re.compile("`*".join(f"(?:{'|'.join(map(re.escape, each))})" for each in spellings))

    def masked_in(self, text: str) -> str:
        """Return the text with every occurrence of the secret masked."""
        parts, kept = [], 0
        for found in self._beginning.finditer(text):
            if found.start() >= kept and (end := self._end(text, found.end())) is not None:
                parts += [text[kept : found.start()], MASK]
                kept = end
        return "".join((*parts, text[kept:])) if parts else text

    def _end(self, text: str, place: int) -> int | None:
        """Return where the secret ends whose beginning ends at a place; `None` if something else goes on there."""
        for character in self.secret[_BEGINNING:]:
            while character != "`" and text.startswith("`", place):
                place += 1
            if (after := _after(character, text, place)) is None:
                return _after(_CUT, text, place)
            place = after
        return place


def _after(character: str, text: str, place: int) -> int | None:
    """Return where a character ends that begins at a place, however it is spelt; `None` if it does not."""
    return next((place + len(each) for each in _spellings(character) if text.startswith(each, place)), None)


def _spellings(character: str) -> tuple[str, ...]:
    """Return how HTML, Markdown, Mermaid, URLs and terminals are given a character, the longest first."""
    if character.isascii() and character.isalnum():
        return (character,)
    number = ord(character)
    escapes = character.encode("unicode_escape").decode("ascii")
    entities = {escape(character), f"&#{number};", f"&#x{number:x};", f"#{number};"}
    found = {character, f"\\{character}", f"\\x{number:02x}", escapes, quote(character, safe=""), *entities}
    return tuple(sorted(found, key=len, reverse=True))


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
