"""Masks secrets in all output."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape
from urllib.parse import quote, quote_plus

MASK = "[secret]"
# Shorter values would mask ordinary words; no credential of the Director or of GitHub is that short.
_SHORTEST = 6
# This many first characters identify a secret that was cut off.
_BEGINNING = 8
_CUTS = ("…", "...", "&#8230;", "&hellip;", "#8230;")


class Redactor:
    """Replaces every known secret in a text: raw, encoded, escaped or cut off."""

    def __init__(self) -> None:
        """Start with no secrets."""
        self._forms: list[str] = []
        self._written: list[_Written] = []
        self._wrapped: list[re.Pattern[str]] = []

    def hide(self, secret: str | None) -> None:
        """Replace this secret from now on."""
        if not secret or len(secret) < _SHORTEST:
            return
        lines = secret.splitlines()
        if len(lines) > 1:
            # A log may indent each line, or end it in another way.
            for line in lines:
                self.hide(line.strip() if len(line.strip()) >= _BEGINNING else None)
        percent = {quote(secret, safe=""), quote_plus(secret)}
        hexadecimal = secret.encode(errors="surrogatepass").hex()
        packed = _base64_forms(secret)
        forms = {secret, *percent, *map(_lower_percent, percent), hexadecimal, hexadecimal.upper(), *packed}
        self._wrapped = [*self._wrapped, *map(_wrapped, sorted(packed, key=len, reverse=True))]
        # Longest first, so that a form inside another one does not leave its rest behind.
        self._forms = sorted({*self._forms, *forms}, key=len, reverse=True)
        self._written = sorted({*self._written, _Written(secret)}, key=lambda each: len(each.secret), reverse=True)

    def clean(self, text: str) -> str:
        """Return the text without any secret."""
        for form in self._forms:
            text = text.replace(form, MASK)
        if "\n" in text or "\\n" in text:
            for wrapped in self._wrapped:
                text = wrapped.sub(MASK, text)
        for written in self._written:
            text = written.masked_in(text)
        return text


@dataclass(frozen=True)
class _Written:
    """A secret as a page may have it: with entities or backslashes, across code spans, or with its end cut off."""

    secret: str

    @cached_property
    def _plain_beginning(self) -> re.Pattern[str]:
        return self._beginning(_spellings)

    @cached_property
    def _coded_beginning(self) -> re.Pattern[str]:
        return self._beginning(_all_spellings)

    def _beginning(self, spellings: Callable[[str], tuple[str, ...]]) -> re.Pattern[str]:
        each = (map(re.escape, spellings(character)) for character in self.secret[:_BEGINNING])
        return re.compile("`*".join(f"(?:{'|'.join(forms)})" for forms in each))

    def masked_in(self, text: str) -> str:
        """Return the text with every occurrence of the secret masked."""
        # Letters and digits are rarely written by number, and looking for that takes several times as long.
        is_coded = "&#" in text or "%" in text
        beginning = self._coded_beginning if is_coded else self._plain_beginning
        parts, kept = [], 0
        for found in beginning.finditer(text):
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
                return _cut_at(text, place)
            place = after
        return place


def _cut_at(text: str, place: int) -> int | None:
    """Return where a cut ends that is at a place; `None` if the text goes on there."""
    if place == len(text):
        return place
    return next((place + len(cut) for cut in _CUTS if text.startswith(cut, place)), None)


def _after(character: str, text: str, place: int) -> int | None:
    """Return where a character ends that begins at a place, however it is spelt; `None` if it does not."""
    return next((place + len(each) for each in _all_spellings(character) if text.startswith(each, place)), None)


def _spellings(character: str) -> tuple[str, ...]:
    """Return how HTML, Markdown, Mermaid, URLs and terminals are given a character, the longest first."""
    return (character,) if character.isascii() and character.isalnum() else _all_spellings(character)


@lru_cache(maxsize=1024)
def _all_spellings(character: str) -> tuple[str, ...]:
    """Return how a character can be written, by its number as well."""
    number = ord(character)
    escapes = character.encode("unicode_escape").decode("ascii")
    numbers = (
        str(number),
        f"x{number:x}",
        f"x{number:X}",
        f"X{number:x}",
        f"X{number:X}",
        f"{number:04}",
        f"x{number:04x}",
    )
    entities = {escape(character), f"#{number};", *(f"&#{each};" for each in numbers)}
    coded = "".join(f"%{byte:02X}" for byte in character.encode(errors="surrogatepass"))
    found = {character, f"\\x{number:02x}", escapes, coded, coded.lower(), *entities}
    if not (character.isascii() and character.isalnum()):
        found.add(f"\\{character}")
    return tuple(sorted(found, key=len, reverse=True))


def _lower_percent(text: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), text)


def _wrapped(form: str) -> re.Pattern[str]:
    """Return what finds a text that was broken into lines, be it as JSON writes them."""
    return re.compile(r"(?:\s|\\[nr])*".join(map(re.escape, form)))


def _base64_forms(secret: str) -> set[str]:
    """Return what is left of the secret in base64 wherever it starts within the encoded bytes."""
    forms = set()
    raw = secret.encode(errors="surrogatepass")
    for offset in range(3):
        lead = b"\0" * offset
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(lead + raw).decode()
            # Characters that also hold bits of a neighbour differ with it: only the inner ones are the secret's own.
            first = (0, 2, 3)[offset]
            last = (len(lead + raw) * 8) // 6
            forms.add(text[first:last])
    return forms
