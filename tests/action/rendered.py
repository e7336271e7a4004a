"""Markdown as GitHub's own parser reads it: which text a reader, and GitHub's filters for mentions, would act on."""

from __future__ import annotations

from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

_INERT = ("code", "pre")
_OURS = {"h3", "h4", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "strong", "a"}
_OURS |= {"code", "pre", "em", "br"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.depth = 0
        self.active: list[str] = []
        self.tags: list[str] = []
        self.columns: list[int] = []
        self.comments: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        self.tags.append(tag)
        self.depth += tag in _INERT
        if tag == "tr":
            self.columns.append(0)
        if tag in ("td", "th"):
            self.columns[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag in _INERT

    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.active.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def assert_inert(markdown: str, *hostile: str) -> None:
    """Fail unless nothing of the hostile texts would be acted on, and every tag is one of ours and closed."""
    html = cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
    reader = _Reader()
    reader.feed(html)
    active = "".join(reader.active)
    for text in hostile:
        assert text not in active, f"{text!r} is not inert in {active[max(0, active.find(text) - 80) :][:200]!r}"
    assert set(reader.tags) <= _OURS, set(reader.tags) - _OURS
    assert html.count("<details") == html.count("</details>")
    assert markdown.count("<details") >= html.count("<details")
    assert "\x1b" not in markdown
