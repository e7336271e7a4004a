"""Consoles whose output can be looked at, and the golden files that hold what a person is to see."""

from __future__ import annotations

import io
import os
from pathlib import Path

from rich.console import Console

GOLDEN = Path(__file__).parent / "golden"


def screen(width: int = 80, *, colour: bool = False, no_color: bool = False, height: int = 25) -> Console:
    """Return a console that knows nothing of the terminal the tests run in."""
    return Console(
        file=io.StringIO(),
        width=width,
        height=height,
        force_terminal=colour or no_color,
        color_system="standard" if colour or no_color else None,
        no_color=no_color,
        legacy_windows=False,
        _environ={},
    )


def shown(console: Console) -> str:
    """Return what was written to a screen."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def assert_golden(name: str, text: str) -> None:
    """Compare with the golden file; with UPDATE_GOLDEN=1 in the environment, write it."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{name} differs; look at it, then run with UPDATE_GOLDEN=1"
