"""Content that others wrote, made harmless for one line of a message."""

from __future__ import annotations

_LIMIT = 80


def escaped(text: str) -> str:
    """Return the text on one line, with escapes for what a terminal acts on or a reader does not see."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def shortened(text: str, limit: int = _LIMIT) -> str:
    """Return the escaped text, cut to `limit` characters."""
    # Cut before escaping as well, so that a text of a megabyte costs nothing.
    safe = escaped(text[: limit + 1])
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"


def quoted(text: str) -> str:
    """Return the shortened text in double quotes, as every message shows a name or a value."""
    return f'"{shortened(text)}"'
