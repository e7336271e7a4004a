"""Content that others wrote, made harmless in GitHub's Markdown, and the blocks that it is put in.

Everything of foreign origin is in code spans: GitHub looks for mentions, issue numbers, links, emoji and formulas
everywhere but there, also behind entities. A zero-width space would work too, but would be copied with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from itertools import groupby
from operator import itemgetter

from lpcac.core.text.safe_text import escaped, shortened

_BACKTICKS = re.compile("`+")
_MESSAGE_LIMIT = 500
# A page that has to be made shorter is written again with less detail, mostly of the same words.
_REMEMBERED = 4096
# Words and numbers that no filter of GitHub's acts on, with the punctuation around them.
_WORD = re.compile(r"""[("']*(?:[A-Za-z]+(?:['-][A-Za-z]+)*|\d{1,6}(?:\.\d{1,3})?)%?[)"',.;:!?]*""")
_LIST = re.compile(r"\d+[.)]")
_COMMIT = re.compile(r"\W*[0-9a-f]{7,40}\W*")
_TRAILING = re.compile(r"(?P<core>.*?[^,.;:)])(?P<tail>[,.;:)]+)")


def code(text: str, limit: int | None = 80, *, in_table: bool = False) -> str:
    """Return the text as a code span that nothing in the text ends.

    Arguments:
        limit: characters to show; `None` for all of them.
        in_table: whether it is for a cell, where a pipe would end it.
    """
    if limit is None:
        return _code(escaped(text), in_table=in_table)
    return _shortened_code(text[: limit + 1], limit, in_table=in_table)


@lru_cache(_REMEMBERED)
def _shortened_code(text: str, limit: int, *, in_table: bool) -> str:
    return _code(shortened(text, limit), in_table=in_table)


def _code(safe: str, *, in_table: bool) -> str:
    # A marker in an HTML comment is searched for in the source, where a code span does not hide it.
    safe = safe.replace("<!--", r"<\x21--") or '""'
    if in_table:
        # A backslash before the pipe is read in more than one way.
        safe = safe.replace("|", r"\x7c") if r"\|" in safe else safe.replace("|", r"\|")
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(safe)))) if "`" in safe else "`"
    # One space at each end is taken away again, and keeps backticks and spaces of the text's own apart from the fence.
    padding = " " if safe[0] in "` " or safe[-1] in "` " else ""
    return f"{fence}{padding}{safe}{padding}{fence}"


def prose(text: str, limit: int = _MESSAGE_LIMIT, *, in_table: bool = False) -> str:
    """Return a sentence with everything in code spans that is not plainly a word or a number."""
    # Cut before it is remembered: a text may be a megabyte.
    return _prose(text[: limit + 1], limit, in_table=in_table)


@lru_cache(_REMEMBERED)
def _prose(text: str, limit: int, *, in_table: bool) -> str:
    words = [word for word in shortened(text, limit).split(" ") if word]
    # A sentence may be at a place where `1.` would begin a list.
    plainness = [_is_plain(word) and (number > 0 or not _LIST.match(word)) for number, word in enumerate(words)]
    parts = []
    for plain, group in groupby(zip(plainness, words, strict=True), itemgetter(0)):
        run = " ".join(word for _, word in group)
        parts.append(run.replace("->", "→") if plain else _run_of_code(run, limit, in_table=in_table))
    return " ".join(parts)


def _is_plain(word: str) -> bool:
    return word in ("->", "%") or bool(_WORD.fullmatch(word) and not _COMMIT.fullmatch(word))


def _run_of_code(run: str, limit: int, *, in_table: bool) -> str:
    ending = _TRAILING.fullmatch(run)
    core, tail = (ending["core"], ending["tail"]) if ending else (run, "")
    return code(core, limit + 1, in_table=in_table) + tail


def html_code(text: str, limit: int = 200) -> str:
    """Return the text as an HTML code element, for where Markdown is not read, such as in a summary."""
    return f"<code>{escape(shortened(text, limit))}</code>"


def fold(summary: str, blocks: Iterable[str], *, unfolded: bool = False) -> str:
    """Return blocks in a fold; the summary is HTML on one line."""
    body = "\n\n".join(blocks)
    return f"<details{' open' if unfolded else ''}><summary>{summary}</summary>\n\n{body}\n\n</details>"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    """Return a table; cells are Markdown made for a table.

    Arguments:
        numbers: columns that hold numbers.
    """
    right = set(numbers)
    rule = ["---:" if column in right else "---" for column in range(len(header))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *rows))


def bullets(lines: Iterable[str]) -> str:
    """Return a list."""
    return "\n".join(f"- {line}" for line in lines)


def page(blocks: Iterable[str], budget: int | None = None) -> str:
    """Return the blocks as one text, or only the first ones of them when those exceed the budget already.

    Arguments:
        budget: bytes that the text is going to be measured against; `None` for all blocks whatever their size.
    """
    shown: list[str] = []
    room = budget
    for block in filter(None, blocks):
        shown.append(block)
        if room is not None:
            room -= len(block)  # no character takes less than a byte
            if room < 0:
                break
    return "\n\n".join(shown) + "\n"
