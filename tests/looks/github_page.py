"""A page that shows what stands on GitHub about as GitHub does: its Markdown, its style sheet, its pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

import cmarkgfm
from cmarkgfm.cmark import Options

WIDTH = 980
_MODULES = Path(__file__).parents[2] / "node_modules"
_STYLE_SHEET = _MODULES / "github-markdown-css" / "github-markdown-light.css"
_MERMAID = _MODULES / "mermaid" / "dist" / "mermaid.min.js"

_FRAME = """
html { background: #fff; }
body { margin: 0; padding: 24px 16px;
  font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
main { max-width: 948px; margin: auto; color: #1f2328; }
h1 { font-size: 26px; font-weight: 400; margin: 0 0 16px; }
article { border: 1px solid #d1d9e0; border-radius: 6px; margin-bottom: 24px; }
article > header { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0; padding: 8px 16px;
  color: #59636e; }
article > header b { color: #1f2328; }
article > header i { border: 1px solid #d1d9e0; border-radius: 2em; font-style: normal;
  font-size: 12px; padding: 0 6px; }
article > .markdown-body { padding: 16px; }
.picture { text-align: center; border: 1px solid #d1d9e0; border-radius: 6px; padding: 16px; margin: 16px 0; }
.picture svg { max-width: 100%; height: auto; }
"""

# Draws the pictures, then writes down what a browser alone can tell.
_SCRIPT = """
const reach = (element) => element.tagName.toLowerCase() + ": " + element.textContent.trim().slice(0, 60);
async function draw() {
  const seen = {pictures: 0, failed: [], open: [], tables: [], overflowing: [], height: 0};
  mermaid.initialize({startOnLoad: false, theme: "default", securityLevel: "strict"});
  for (const fence of document.querySelectorAll("pre[lang=mermaid], pre:has(> code.language-mermaid)")) {
    try {
      const {svg} = await mermaid.render("picture-" + seen.pictures++, fence.textContent);
      const place = document.createElement("div");
      place.className = "picture";
      place.innerHTML = svg;
      fence.replaceWith(place);
    } catch (error) {
      seen.failed.push(String(error));
    }
  }
  const folds = [...document.querySelectorAll("details")];
  seen.open = folds.map((fold) => fold.open);
  folds.forEach((fold) => { fold.open = true; });
  seen.tables = [...document.querySelectorAll("table")].map((table) => [...table.rows].map((row) => row.cells.length));
  seen.overflowing = [document.documentElement, ...document.querySelectorAll("main, main *")].filter(
    (element) => element.clientWidth && element.scrollWidth > element.clientWidth + 1 && !element.closest("svg")
  ).map(reach);
  seen.drawn = document.querySelectorAll(".picture svg").length;
  seen.errors = document.querySelectorAll(".error-icon, .error-text").length;
  folds.forEach((fold, number) => { fold.open = seen.open[number]; });
  for (const article of document.querySelectorAll("article")) {
    const clicked = [...article.querySelectorAll("details")].slice(0, article.dataset.unfolded);
    clicked.forEach((fold) => { fold.open = true; });
  }
  seen.height = Math.ceil(document.documentElement.getBoundingClientRect().height);
  const told = document.createElement("script");
  told.type = "application/json";
  told.id = "seen";
  told.textContent = JSON.stringify(seen).replaceAll("<", "\\\\u003c");
  document.body.append(told);
}
draw();
"""


@dataclass(frozen=True)
class Said:
    """Something that stands on a page of GitHub.

    Arguments:
        by: whose account wrote it.
        unfolded: how many folds the reader has clicked on, from the top.
    """

    by: str
    markdown: str
    unfolded: int = 0


def missing_packages() -> str | None:
    """Return what has to be installed before a page looks like GitHub's; `None` when nothing is missing."""
    absent = [path for path in (_STYLE_SHEET, _MERMAID) if not path.exists()]
    names = ", ".join(path.relative_to(_MODULES).parts[0] for path in absent)
    return f"the npm packages {names} are missing (make assets)" if absent else None


def github_page(title: str, said: Iterable[Said], *, live: bool = True) -> str:
    """Return the page as HTML; where the packages are missing it is plainer, with charts as text.

    Arguments:
        live: whether a script draws the pictures and notes in `#seen` what it saw.
    """
    plain = missing_packages() is not None
    style = "" if plain else _STYLE_SHEET.read_text(encoding="utf-8")
    script = f'<script src="{_MERMAID.as_uri()}"></script>\n<script>{_SCRIPT}</script>' if live and not plain else ""
    articles = "\n".join(_article(each) for each in said)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n<style>{style}{_FRAME}</style></head>\n"
        f"<body><main><h1>{escape(title)}</h1>\n{articles}\n</main>\n{script}</body></html>\n"
    )


def _article(said: Said) -> str:
    name, bot, _ = said.by.partition("[bot]")
    mark = " <i>bot</i>" if bot else ""
    html = cmarkgfm.github_flavored_markdown_to_html(said.markdown, Options.CMARK_OPT_UNSAFE)
    return (
        f'<article data-unfolded="{said.unfolded}"><header><b>{escape(name)}</b>{mark} commented</header>\n'
        f'<div class="markdown-body">{html}</div></article>'
    )
