"""The plan comment in a browser: every chart is drawn, every table is whole, and nothing is wider than the page.

With UPDATE_GOLDEN set, the picture in the README is taken anew; it looks like GitHub's with the fonts
Liberation and Noto Color Emoji.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from tests.looks.browser import Seen, missing, photograph
from tests.looks.github_page import WIDTH, Said, missing_packages
from tests.looks.likely_comment import comment_with_every_trouble, likely_comment
from tests.looks.pages import leave

_BOT = "github-actions[bot]"
_README_PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "pull-request-comment.png"
_TITLE = "Keep system logs for a month #7"


@pytest.fixture
def needs_a_browser(absent: Callable[[str], NoReturn], absent_system: Callable[[str], NoReturn]) -> None:
    if reason := missing_packages():
        absent(reason)
    if reason := missing():
        absent_system(reason)


def size_of(picture: Path) -> tuple[int, int]:
    """Return width and height, which stand in a PNG file's header."""
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def assert_fine(seen: Seen, *, charts: int) -> None:
    assert (seen.pictures, seen.drawn, seen.errors, seen.failed) == (charts, charts, 0, ())
    assert [rows for rows in seen.tables if len(set(rows)) != 1] == []
    assert seen.overflowing == ()


@pytest.mark.browser
@pytest.mark.usefixtures("needs_a_browser")
def test_a_comment_with_every_trouble_is_drawn_whole_and_no_wider_than_the_page(tmp_path: Path) -> None:
    page, picture = tmp_path / "page.html", tmp_path / "page.png"

    seen = photograph(_TITLE, [Said(_BOT, comment_with_every_trouble())], page, picture)

    assert_fine(seen, charts=1)
    assert len(seen.tables) == 8
    # Of the folds only the one with errors is open: target, errors, warnings.
    assert seen.open == (False, True, False)
    assert size_of(picture) == (WIDTH, seen.height)
    assert "<script" not in page.read_text(encoding="utf-8")


@pytest.mark.browser
@pytest.mark.usefixtures("needs_a_browser")
def test_a_likely_comment_shows_its_folds_closed_and_the_readmes_picture_is_of_it(tmp_path: Path) -> None:
    picture = _README_PICTURE if os.environ.get("UPDATE_GOLDEN") else tmp_path / "page.png"

    seen = photograph(_TITLE, [Said(_BOT, likely_comment(), unfolded=1)], tmp_path / "page.html", picture)

    assert_fine(seen, charts=1)
    assert seen.open == (False, False)


def test_the_readmes_picture_is_as_wide_as_a_page_and_small() -> None:
    assert size_of(_README_PICTURE)[0] == WIDTH
    assert _README_PICTURE.stat().st_size < 300_000


@pytest.mark.browser
@pytest.mark.usefixtures("needs_a_browser")
@pytest.mark.parametrize(
    "markdown",
    ["```mermaid\nflowchart LR\n  a[ -->\n```\n", f"|{' wide |' * 60}\n|{' --- |' * 60}\n"],
    ids=["a chart that is none", "a table too wide"],
)
def test_what_is_wrong_with_a_page_is_seen(markdown: str, tmp_path: Path) -> None:
    seen = photograph(_TITLE, [Said(_BOT, markdown)], tmp_path / "page.html", tmp_path / "page.png")

    assert seen.failed or seen.overflowing


def test_without_a_browser_the_pages_are_left_and_one_line_says_why_there_is_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    lines = list(leave(tmp_path / "pages", {_TITLE: [Said(_BOT, likely_comment())]}))

    assert len([line for line in lines if line.startswith("No pictures: ")]) == 1
    [page] = (tmp_path / "pages").iterdir()
    assert page.name == "keep-system-logs-for-a-month.html"
    assert "Risks and deletes" in page.read_text(encoding="utf-8")
