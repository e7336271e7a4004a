"""Which comments are written for people: all except those that name a schema for editors."""

from __future__ import annotations

import re
from typing import Final

# Neither pattern looks beyond the end of a line: else a file of many lines would be read once for each of them.
_WORDS: Final = re.compile(r"#(?![ \t]*yaml-language-server[ \t]*:)[# \t\f\v]*[^#\s]")
_LINE_OF_WORDS: Final = re.compile(rf"^\ufeff?[ \t]*(?:---[ \t]+)?{_WORDS.pattern}", re.MULTILINE)


def is_words(comment: str) -> bool:
    """Tell whether a comment, starting at its `#`, is written for people."""
    return _WORDS.match(comment) is not None


def says_something(content: bytes) -> bool:
    """Tell whether a file without documents has a comment for people."""
    return _LINE_OF_WORDS.search(content.decode(errors="replace")) is not None
