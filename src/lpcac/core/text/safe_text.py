"""Makes text from outside safe for one line of a message."""

from __future__ import annotations

import re
from functools import lru_cache

from lpcac.core.text.confusables import CONFUSABLE, with_mixed_escaped

_LIMIT = 80
_PLAIN_NAME = re.compile(r"[\w.-]{1,80}")
# Printable by their category, and drawn as nothing: two names that differ in them look the same. From Unicode's list of
# default ignorable code points; the rest of it is not printable.
_UNSEEN_RANGES = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xE0100, 0xE01EF),
)
_UNSEEN = frozenset(chr(code) for first, last in _UNSEEN_RANGES for code in range(first, last + 1))

_SEEN_BY_EFFECT = dict.fromkeys(map(ord, "\t\n\r"))


def escaped(text: str) -> str:
    """Return the text on one line, with escapes for what a terminal acts on or a reader does not see."""
    # Nearly every text is clean, and whole texts are judged many times faster than single characters.
    if text.isascii() and text.isprintable():
        return text
    return _remembered(text) if len(text) <= _REMEMBERED_LENGTH else _escaped(text)


def _escaped(text: str) -> str:
    if text.isprintable() and _UNSEEN.isdisjoint(text) and CONFUSABLE.isdisjoint(text):
        return text
    text = with_mixed_escaped(text)
    return "".join(c if _is_seen(c) else c.encode("unicode_escape").decode("ascii") for c in text)


# Reports say the same names again and again.
_remembered = lru_cache(4096)(_escaped)
_REMEMBERED_LENGTH = 512


def _is_seen(character: str) -> bool:
    return character.isprintable() and character not in _UNSEEN


def holds_unseen(text: str) -> bool:
    """Tell whether the text holds characters that nobody sees; tabs and line ends are seen by what they do."""
    shown = text.translate(_SEEN_BY_EFFECT)
    return not (shown.isprintable() and (shown.isascii() or _UNSEEN.isdisjoint(shown)))


def shortened(text: str, limit: int = _LIMIT) -> str:
    """Return the escaped text, cut to `limit` characters."""
    # Cut before escaping as well, so that a text of a megabyte costs nothing.
    safe = escaped(text[: limit + 1])
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"


def quoted(text: str) -> str:
    """Return the shortened text in double quotes, as every message shows a name or a value."""
    return f'"{shortened(text)}"'


def quoted_path(path: str) -> str:
    """Return the escaped path of a file in double quotes, whole: its end says most."""
    return f'"{escaped(path)}"'


def named(kind: str, name: str) -> str:
    """Return `Repo "system"`, and the kind alone where the name is more than plain words.

    For messages about what is valid: the name is not the problem, and its place is shown next to the message.
    """
    return f"{kind} {quoted(name)}" if _PLAIN_NAME.fullmatch(name) else kind
