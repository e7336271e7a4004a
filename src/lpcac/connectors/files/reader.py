"""Reads the YAML files that a person names, and nothing that a symbolic link leads to elsewhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lpcac.connectors.git.submodules import is_repository, is_submodule
from lpcac.core.files import ReadingBudget
from lpcac.core.findings import Finding, Position
from lpcac.core.open_flags import NON_BLOCKING
from lpcac.core.text.did_you_mean import did_you_mean
from lpcac.core.text.safe_text import escaped, quoted
from lpcac.documents.folder_entries import LeadsTo, about_link, about_submodule, is_yaml


class SourceFile(NamedTuple):
    """A file's content with the name that messages use."""

    name: str
    content: bytes


class FilesRead(NamedTuple):
    """Every file that could be read, and a finding for each path that could not."""

    files: tuple[SourceFile, ...]
    findings: tuple[Finding, ...]


def read_files(paths: Sequence[str | Path], budget: ReadingBudget | None = None) -> FilesRead:
    """Return the content of every named file and of every YAML file in the named folders, each once.

    Folders are read in the order of their names; hidden files and folders in them are left out. A symbolic link or
    a submodule in a folder is refused, as it is in a commit. Names are relative to the current folder for what lies
    below it, and as typed for the rest.

    Arguments:
        budget: what is left of it by other reads of the same work tree; a whole one where there are none.
    """
    reader = _Reader(budget or ReadingBudget())
    for path in paths:
        reader.read(os.fspath(path))
    return FilesRead(tuple(reader.files.values()), tuple(reader.findings))


class _Reader:
    def __init__(self, budget: ReadingBudget) -> None:
        self._budget = budget
        self.files: dict[str, SourceFile] = {}
        self.findings: list[Finding] = []
        self._here = os.path.realpath(os.curdir)

    def read(self, path: str) -> None:
        try:
            mode = Path(path).stat().st_mode
        except (OSError, ValueError) as error:
            self._refuse(path, "path-unreadable", f"{_reason(error)}{nearest_beside(path)}")
            return
        if stat.S_ISDIR(mode):
            if is_submodule(path):
                self.findings.append(about_submodule(self._name(path)))
                return
            for file in self._files_in(path):
                self._read_file(file)
        else:
            self._read_file(path)

    def _files_in(self, folder: str) -> Iterator[str]:
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            self._refuse(folder, "path-unreadable", _reason(error))
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                self._check_link(entry)
            elif entry.is_dir() and (is_repository(entry.path) or is_submodule(entry.path)):
                self.findings.append(about_submodule(self._name(entry.path)))
            elif entry.is_dir():
                yield from self._files_in(entry.path)
            elif is_yaml(entry.name):
                yield entry.path

    def _check_link(self, link: os.DirEntry[str]) -> None:
        try:
            leads_to = LeadsTo.FOLDER if link.is_dir() else LeadsTo.FILE
        except OSError:  # Links in a circle.
            leads_to = LeadsTo.NOTHING
        if finding := about_link(self._name(link.path), leads_to):
            self.findings.append(finding)

    def _read_file(self, path: str) -> None:
        place = os.path.realpath(path)
        if place in self.files:
            return
        try:
            # Not to wait for a writer if it is a pipe.
            descriptor = os.open(path, os.O_RDONLY | NON_BLOCKING)
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    self._refuse(path, "path-unreadable", "this is not a regular file")
                elif refusal := self._budget.refusal(place, status.st_size):
                    self._refuse(path, "file-size", refusal)
                else:
                    # No more than was counted, should the file grow in the meantime.
                    self.files[place] = SourceFile(self._name(path), file.read(status.st_size))
        except OSError as error:
            self._refuse(path, "path-unreadable", _reason(error))

    def _refuse(self, path: str, code: str, message: str) -> None:
        name = self._name(path)
        self.findings.append(Finding(code, f"{quoted(name)}: {message}", Position(name)))

    def _name(self, path: str) -> str:
        return _shown(path, self._here)


def nearest_beside(path: str | Path) -> str:
    """Return ` (did you mean "x"?)` for a path that does not exist, by what is in its folder; otherwise nothing."""
    wanted = Path(path)
    if os.path.lexists(wanted):
        return ""
    try:
        with os.scandir(wanted.parent) as found:
            names = [entry.name for entry in found if entry.is_dir() or is_yaml(entry.name)]
    except (OSError, ValueError):
        return ""
    hint = did_you_mean(wanted.name, [name for name in names if name.isprintable()])
    return hint.replace('mean "', f'mean "{escaped(str(wanted.parent))}/', 1) if wanted.parent != Path() else hint


def shown_name(path: str | Path) -> str:
    """Return how messages call a file or folder: relative to the current folder if below it, else as typed."""
    return _shown(os.fspath(path), os.path.realpath(os.curdir))


def is_read_only(path: str | Path) -> bool:
    """Tell whether its owner may not write the file: then it must not be replaced either, by any user."""
    # The mode, not what the system permits: root may write everything, and a rename only needs the folder's permission.
    return not stat.S_IMODE(os.stat(path).st_mode) & stat.S_IWUSR


def _shown(path: str, here: str) -> str:
    # Not resolved: a person knows a linked file by the link.
    place = os.path.abspath(path)
    name = os.path.relpath(place, here) if _is_below(place, here) else os.path.normpath(path)
    return name.replace(os.sep, "/")


def _is_below(place: str, folder: str) -> bool:
    return place == folder or place.startswith(folder.rstrip(os.sep) + os.sep)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    if isinstance(error, PermissionError):
        return "no permission to read it"
    return f"cannot be read ({error.strerror})" if isinstance(error, OSError) else "this is not a usable path"
