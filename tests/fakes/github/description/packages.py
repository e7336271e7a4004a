"""Where GitHub's published files lie: in npm packages that `make assets` installs."""

import json
import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[4]
PACKAGES = ROOT / "node_modules" / "@octokit"
CACHE = ROOT / ".cache" / "github-description"


class PackagesMissingError(Exception):
    """GitHub's description is not installed."""


def published_file(package: str, *parts: str) -> Path:
    """Return the path of a file of a package.

    Raises:
        PackagesMissingError: the packages are not installed.
    """
    path = PACKAGES.joinpath(package, *parts)
    if not path.is_file():
        raise PackagesMissingError(f"{path.relative_to(ROOT)} is missing: run `make assets`")
    return path


def read_published(package: str, *parts: str) -> Any:
    return json.loads(published_file(package, *parts).read_bytes())


def make_cache() -> Path:
    """Return the folder for prepared data; a file inside keeps Git from looking at it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    ignore = CACHE / ".gitignore"
    if not ignore.exists():
        write_at_once(ignore, b"*\n")
    return CACHE


def write_at_once(path: Path, content: bytes) -> None:
    """Write a file that other processes see whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)
