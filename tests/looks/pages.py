"""Leaves pages in a folder: with a browser as pages and pictures, without one as pages alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.looks.browser import missing, photograph
from tests.looks.github_page import Said, github_page


def leave(folder: Path, pages: Mapping[str, Sequence[Said]]) -> Iterator[str]:
    """Write each page, by its title, and yield lines that say where they are, and why there is no picture."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = {title: folder / title.partition(" #")[0].lower().replace(" ", "-") for title in pages}
    if reason := missing():
        yield f"No pictures: {reason}."
        for title, said in pages.items():
            names[title].with_suffix(".html").write_text(github_page(title, said), encoding="utf-8")
    else:
        with ThreadPoolExecutor() as threads:
            drawn = [
                threads.submit(photograph, title, said, path.with_suffix(".html"), path.with_suffix(".png"))
                for (title, said), path in zip(pages.items(), names.values(), strict=True)
            ]
        for each in drawn:
            each.result()
    yield "What stands on GitHub now:"
    for path in sorted(folder.iterdir()):
        yield f"  {path}"
