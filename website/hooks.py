"""MkDocs hooks: add the generated reference, and lead links that leave the folder docs to the repository."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from website.reference.pages import pages

ROOT = Path(__file__).parents[1]
_LINK = re.compile(r"(\]\()(\.\./[^)#\s]+)(#[^)\s]*)?(\))")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the reference."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links to files of the repository lead there; a link to nothing stops a strict build."""
    folder = PurePosixPath("docs", page.file.src_uri).parent

    def led(match: re.Match[str]) -> str:
        target = _normal(folder / match[2])
        if target.startswith("docs/"):
            return match[0]
        if not (ROOT / target).exists():
            return f"{match[1]}missing-in-the-repository/{target}{match[4]}"
        kind = "tree" if (ROOT / target).is_dir() else "blob"
        return f"{match[1]}{config['repo_url']}/{kind}/main/{target}{match[3] or ''}{match[4]}"

    del files
    return _LINK.sub(led, markdown)


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
