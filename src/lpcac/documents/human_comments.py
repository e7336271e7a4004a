"""Which comments are written for people: all except those that name a schema for editors."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = re.compile(r"#(?!\s*yaml-language-server\s*:)[#\s]*[^#\s]")
_LINE_OF_WORDS: Final = re.compile(rf"^\ufeff?[ \t]*(?:---[ \t]+)?{_WORDS.pattern}", re.MULTILINE)


def is_words(comment: str) -> bool:
    """Tell whether a comment, starting at its `#`, is written for people."""
    return _WORDS.match(comment) is not None


def says_something(content: bytes) -> bool:
    """Tell whether a file without documents has a comment for people."""
    return _LINE_OF_WORDS.search(content.decode(errors="replace")) is not None
