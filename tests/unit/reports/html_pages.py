"""Markdown as a browser gets it: rendered as GitHub does, then taken apart."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import cmarkgfm  # type: ignore[import-untyped]
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

_VOID = {"br", "hr", "img", "input"}
OWN_TAGS = {
    "h3", "h4", "p", "ul", "li", "strong", "code", "pre", "details", "summary",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


class Page(HTMLParser):
    """What is on a page: its tags, its tables, its folds, and its text outside of code."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[str] = []
        self.loose_text = ""
        self.tables: list[list[list[str]]] = []
        self.charts: list[str] = []
        self.comments: list[str] = []
        self._open: list[str] = []
        html = cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
        # GitHub marks the language of a code block; cmark says it as an attribute or a class.
        self.feed(html)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [name for name, _ in attrs]
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        elif tag == "pre":
            self.charts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"{tag} was never opened"
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self._open or "th" in self._open:
            self.tables[-1][-1][-1] += data
        if "pre" in self._open:
            self.charts[-1] += data
        elif "code" not in self._open:
            self.loose_text += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


# What GitHub looks for in text outside of code.
_LIVE = re.compile(
    r"""@\w | \#\d | \bGH-\d | https?:// | www\. | :\w+: | \$ | \b[0-9a-f]{7,40}\b | [*_~`|<>\[\]\\]""", re.VERBOSE
)


def assert_nothing_broke_out(markdown: str) -> Page:
    """Check that the page holds the blocks it was made of, and nothing of foreign origin that GitHub acts on."""
    page = Page(markdown)
    assert page.tags <= OWN_TAGS
    assert set(page.attributes) <= {"align", "open", "lang", "class", "style"}
    assert not page.comments
    assert not (found := _LIVE.search(page.loose_text)), f"{found} in {page.loose_text!r}"
    for rows in page.tables:
        assert len({len(row) for row in rows}) == 1
        assert all(cell.strip() or row[0] for row in rows for cell in row)
    for character in set(markdown) - {"\n"}:
        assert character.isprintable()
    assert "<!--" not in markdown
    return page
