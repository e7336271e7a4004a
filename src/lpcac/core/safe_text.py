"""Content that others wrote, made harmless for one line of a message."""

from __future__ import annotations

import re

_LIMIT = 80
_PLAIN_NAME = re.compile(r"[\w.-]{1,80}")
# Printable by their category, and drawn as nothing: two names that differ in them look the same. From Unicode's list of
# default ignorable code points; the rest of it is not printable.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def escaped(text: str) -> str:
    """Return the text on one line, with escapes for what a terminal acts on or a reader does not see."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if _is_seen(c) else c.encode("unicode_escape").decode("ascii") for c in text)


def _is_seen(character: str) -> bool:
    return character.isprintable() and not _UNSEEN.match(character)


def shortened(text: str, limit: int = _LIMIT) -> str:
    """Return the escaped text, cut to `limit` characters."""
    # Cut before escaping as well, so that a text of a megabyte costs nothing.
    safe = escaped(text[: limit + 1])
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"


def quoted(text: str) -> str:
    """Return the shortened text in double quotes, as every message shows a name or a value."""
    return f'"{shortened(text)}"'


def named(kind: str, name: str) -> str:
    """Return `Repo "system"`, and the kind alone where the name is more than plain words.

    It is for messages of what is valid: such a name is not wrong, and whoever reads it has the place beside it.
    """
    return f"{kind} {quoted(name)}" if _PLAIN_NAME.fullmatch(name) else kind
