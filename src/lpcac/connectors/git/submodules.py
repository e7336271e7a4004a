"""Which folders of a work tree are submodules, or other repositories: a commit holds nothing of what is in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_PATH: Final = re.compile(r"^\s*path\s*=\s*(.+?)\s*$", re.MULTILINE)


def is_repository(folder: str | Path) -> bool:
    """Tell whether the folder is itself a Git repository."""
    return (Path(folder) / ".git").exists()


def is_submodule(folder: str | Path) -> bool:
    """Tell whether the repository around the folder knows it as a submodule, whether checked out or empty."""
    place = Path(folder).absolute()
    if ".." in place.parts:
        place = place.resolve()
    around = next((parent for parent in place.parents if is_repository(parent)), None)
    if around is None:
        return False
    try:
        modules = (around / ".gitmodules").read_text(errors="replace")
    except OSError:
        return False
    return place.relative_to(around).as_posix() in _PATH.findall(modules)
