"""Names inside a commit: which are read, and where symbolic links lead."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Final

from lpcac.core.errors import UsageError
from lpcac.core.text.safe_text import quoted
from lpcac.documents.folder_entries import LeadsTo, is_yaml

_LONGEST_CHAIN: Final = 40
"""Links that lead to one another; Linux gives up at the same number."""


def clean_name(path: str) -> str:
    """Return the one spelling of a name, empty for the root; raise `UsageError` when it leads elsewhere."""
    clean = PurePosixPath(path)
    if clean.is_absolute() or ".." in clean.parts:
        message = f"{quoted(path)} is outside the Git repository"
        raise UsageError(message)
    return "" if clean == PurePosixPath() else str(clean)


def name_below(name: str, root: str) -> str:
    """Return a name relative to the folder that it lies in."""
    return name.removeprefix(f"{root}/") if root else name


def is_read(name: str, root: str) -> bool:
    """Tell whether a file is, or lies below, the root that a person named and is read from there."""
    if name == root:
        return is_yaml(name)
    inside = not root or name.startswith(f"{root}/")
    return inside and is_yaml(name) and not is_hidden(name_below(name, root))


def is_hidden(name: str) -> bool:
    """Tell whether a file, or a folder on the way to it, is hidden."""
    return re.search(r"(^|/)\.", name) is not None


def end_of_link(name: str, link_at: Callable[[str], bytes | None], kind_of: Callable[[str], LeadsTo]) -> LeadsTo:
    """Return where a symbolic link in a commit leads, through other links if need be.

    Arguments:
        name: of the link, relative to the repository.
        link_at: gives what the symbolic link at a path says; `None` for what is no link.
        kind_of: tells what else there is at a path.
    """
    place = name
    for _ in range(_LONGEST_CHAIN):
        target = link_at(place)
        if target is None:
            break
        text = target.decode(errors="backslashreplace")
        place = posixpath.normpath(posixpath.join(posixpath.dirname(place), text))
    else:
        return LeadsTo.NOTHING
    goes_out = place.startswith(("/", "../")) or place == ".."
    if goes_out or any(link_at(str(parent)) is not None for parent in PurePosixPath(place).parents):
        return LeadsTo.ELSEWHERE
    return LeadsTo.FOLDER if place == "." else kind_of(place)


def followed(name: str, link_at: Callable[[str], bytes | None]) -> str:
    """Return a name with the symbolic links on the way followed; the name itself where they lead out or in a circle.

    Arguments:
        link_at: as for `end_of_link`.
    """
    place: list[str] = []
    pending = list(reversed(name.split("/")))
    links = 0
    while pending:
        part = pending.pop()
        if part == ".." and not place:
            return name
        if part == "..":
            place.pop()
        elif part not in ("", "."):
            target = link_at("/".join((*place, part)))
            if target is None:
                place.append(part)
                continue
            links += 1
            text = target.decode(errors="backslashreplace")
            if links > _LONGEST_CHAIN or text.startswith("/"):
                return name
            pending += reversed(text.split("/"))
    return "/".join(place)


def leads_to_folder(name: str, target: bytes, is_folder: Callable[[str], bool]) -> bool:
    """Tell whether a symbolic link leads to a folder, or out of the map's folder."""
    parts = list(PurePosixPath(name).parent.parts)
    text = target.decode(errors="backslashreplace")
    if text.startswith("/"):
        return True
    for part in text.split("/"):
        if part == ".." and not parts:
            return True
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return not parts or is_folder("/".join(parts))
