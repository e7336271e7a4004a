"""A browser without a screen, which draws a page, tells what it saw and takes a picture of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.looks.github_page import WIDTH, Said, github_page, missing_packages

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--virtual-time-budget=20000",
)
_SEEN = re.compile(r'<script type="application/json" id="seen">(.*?)</script>', re.DOTALL)
_SCRIPTS = re.compile(r"<script\b.*?</script>\n?", re.DOTALL)


@dataclass(frozen=True)
class Seen:
    """What the browser saw on a page.

    Arguments:
        pictures: the charts in the Markdown.
        drawn: those that became a picture.
        errors: pictures that show an error instead.
        failed: why charts could not be drawn.
        open: for each fold whether it was open before anybody clicked.
        tables: the number of cells in each row of each table.
        overflowing: what is wider than its place while every fold is open.
    """

    pictures: int
    drawn: int
    errors: int
    failed: tuple[str, ...]
    open: tuple[bool, ...]
    tables: tuple[tuple[int, ...], ...]
    overflowing: tuple[str, ...]
    height: int


def missing() -> str | None:
    """Return why no picture can be taken here; `None` when one can."""
    return missing_packages() or (None if _browser() else "no chromium is installed")


def photograph(title: str, said: Iterable[Said], page: Path, picture: Path) -> Seen:
    """Leave the page, pictures drawn and no script left in it, and the picture of it; return what was seen.

    Raises:
        LookupError: `missing` says what is missing.
        AssertionError: the browser failed.
    """
    if reason := missing():
        raise LookupError(reason)
    page.write_text(github_page(title, said), encoding="utf-8")
    drawn = _browse(page, "--dump-dom", f"--window-size={WIDTH},800")
    found = _SEEN.search(drawn)
    assert found, f"the script of {page} did not come to its end"
    seen = {name: _frozen(value) for name, value in json.loads(found[1]).items()}
    page.write_text(f"<!doctype html>\n{_SCRIPTS.sub('', drawn)}", encoding="utf-8")
    _browse(page, f"--screenshot={picture}", f"--window-size={WIDTH},{seen['height']}")
    return Seen(**seen)


def _browser() -> str | None:
    return next(filter(None, map(shutil.which, _NAMES)), None)


def _browse(page: Path, *what: str) -> str:
    # Its sandbox refuses to run as root, which containers and runners in them are.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        command = [str(_browser()), *_FLAGS, *sandbox, f"--user-data-dir={profile}", *what, page.resolve().as_uri()]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stderr}"
    return done.stdout


def _frozen(value: object) -> object:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
