"""The pages of the documentation, and the code blocks in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """A code block; `title` is the file that it shows."""

    language: str
    text: str
    title: str | None = None


@dataclass(frozen=True)
class Page:
    """A page, named by its path in the repository."""

    name: str
    text: str

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The code blocks, in order, without the indent of a list they stand in."""
        found = _BLOCK.finditer(self.text)
        return tuple(Block(m["language"], _without(m["indent"], m["text"]), m["title"]) for m in found)

    @property
    def run_in(self) -> str | None:
        """What the folder begins with in which the `console` blocks run: a folder's path, or empty; else `None`."""
        marked = re.match(r"<!-- run(?: (\S+))? -->\n", self.text)
        return (marked[1] or "") if marked else None

    @property
    def links(self) -> list[str]:
        """The targets of links to files, without what follows `#`."""
        prose = _BLOCK.sub("", self.text)
        return [
            link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", prose) if not re.match(r"\w+:|#", link)
        ]


def _without(indent: str, text: str) -> str:
    return re.sub(f"^{indent}", "", text, flags=re.MULTILINE) if indent else text


def pages() -> Iterator[Page]:
    """Yield every page that people read: the README, the files beside it, and all of docs."""
    files = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
    for path in [*files, *sorted((ROOT / "docs").rglob("*.md"))]:
        yield Page(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
