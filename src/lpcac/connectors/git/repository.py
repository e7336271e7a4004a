"""Git, read only: what a commit holds and how two commits differ.

Neither the work tree nor the index is touched. Objects are read by one process, whatever their number, and nothing
that the repository configures is executed (`git_process`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from lpcac.connectors.git.changed_lines import hunks
from lpcac.connectors.git.diff import TreeDiff
from lpcac.connectors.git.history import History
from lpcac.connectors.git.objects import FOLDER_MODE, LINK_MODE, SUBMODULE_MODE, Entry, Objects
from lpcac.connectors.git.process import CHECK_OUT_ALL, complaint_of, run_git
from lpcac.connectors.git.tree_paths import clean_name, end_of_link, followed, is_hidden, is_read, leads_to_folder
from lpcac.core.errors import InvalidConfigurationError, UsageError
from lpcac.core.files import FILE_TOO_LARGE, MAX_FILE_BYTES, ChangedFile, Folders, ReadingBudget
from lpcac.core.findings import Finding, Position
from lpcac.core.text.safe_text import quoted, quoted_path
from lpcac.documents.folder_entries import LeadsTo, about_link, about_submodule

# A few trees that contain each other many times over can make up more names than any machine can hold.
_MOST_ENTRIES: Final = 1_000_000
_LONGEST_LINK: Final = 4096


class NoRepositoryError(UsageError):
    """The path lies in no Git repository."""


def open_repository(path: str | Path) -> Repository:
    """Return the repository that the path lies in.

    Raises:
        NoRepositoryError: there is none.
        UsageError: git is not installed, or git refuses the repository: another user's, or one without a work tree.

    """
    start = Path(path).absolute()
    folder = start if start.is_dir() else start.parent
    if not folder.is_dir():
        message = f"{_shown(path)} is not in a Git repository"
        raise NoRepositoryError(message)
    asked = run_git(folder, "rev-parse", "--is-shallow-repository", "--show-toplevel")
    if asked.returncode != 0:
        raise _refusal(path, folder, asked.stderr)
    is_shallow, _, root = os.fsdecode(asked.stdout).removesuffix("\n").partition("\n")
    return Repository(Path(root), is_shallow=is_shallow == "true")


def _refusal(path: str | Path, folder: Path, complaint: bytes) -> UsageError:
    said = complaint_of(complaint)
    if "dubious ownership" in said:
        root = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)
        return UsageError(
            f"the Git repository {_shown(root)} belongs to another user: allow it with "
            f"git config --global --add safe.directory {_shown(root)}"
        )
    if "not a git repository" in said:
        return NoRepositoryError(f"{_shown(path)} is not in a Git repository")
    if "bare repository" in said or "work tree" in said:
        return UsageError(f"{_shown(path)} is in a Git repository without a work tree: name a path of a checkout")
    return UsageError(f"git rev-parse failed: {said}")


class Repository:
    """A work tree's Git repository, whose commits are read. Names are relative to its root, with forward slashes."""

    def __init__(self, root: Path, *, is_shallow: bool) -> None:
        """Read the repository of a work tree.

        Arguments:
            root: the folder of the work tree.
            is_shallow: whether the clone lacks a part of the history.

        """
        self.root = root
        self._is_shallow = is_shallow
        self._objects = Objects(root)
        self._history = History(self._objects.find_commit)
        self._names = TreeDiff(root, "-z", "--name-status")
        self._lines = TreeDiff(root, "-p", "-U0")

    def require_whole_work_tree(self) -> None:
        """Do nothing when all files of the checked-out commit are there; else raise `UsageError` with what to do."""
        asked = run_git(self.root, "config", "--type=bool", "--get", "core.sparseCheckout")
        if asked.stdout.strip() == b"true":
            message = (
                f"{_shown(self.root)} is a sparse checkout, so files may be missing from it that are in Git: "
                f"{CHECK_OUT_ALL} (git sparse-checkout disable)"
            )
            raise UsageError(message)

    def relative(self, path: str | Path) -> str:
        """Return the name of a path of the work tree; empty for the root.

        Raises:
            UsageError: the path lies elsewhere.

        """
        # Folders are resolved, the last part is not: a symbolic link in the work tree has a name of its own.
        place = Path(path).absolute()
        place = place.resolve() if place.name in ("", "..") else place.parent.resolve() / place.name
        root = self.root.resolve()
        if place == root or root in place.parents:
            name = place.relative_to(root).as_posix()
            return "" if name == "." else name
        message = f"{_shown(path)} is not in the Git repository {_shown(self.root)}"
        raise UsageError(message)

    def head(self) -> str:
        """Return the hash of the commit that is checked out.

        Raises:
            UsageError: there is no commit yet.

        """
        if found := self._objects.commit_hash("HEAD"):
            return found
        message = f"the Git repository {_shown(self.root)} has no commit yet"
        raise UsageError(message)

    def resolve_commit(self, rev: str) -> str:
        """Return the hash of the commit that a branch, tag, hash or other revision means.

        Raises:
            UsageError: it means no commit here.

        """
        if rev and rev.isprintable() and (found := self._objects.commit_hash(rev)):
            return found
        message = f"{quoted(rev)} is not a commit of this Git repository{self._shallow_hint()}"
        raise UsageError(message)

    def remote_branch(self, name: str) -> str | None:
        """Return the newest commit of a branch as it was fetched from `origin`; `None` when it was not."""
        try:
            return self.resolve_commit(f"refs/remotes/origin/{name}")
        except UsageError:
            return None

    def merge_base(self, a: str, b: str) -> str:
        """Return the hash of the newest commit that both revisions come from.

        Raises:
            UsageError: a revision is unknown, or the two have no common history here.

        """
        if found := self._history.merge_base(self.resolve_commit(a), self.resolve_commit(b)):
            return found
        message = f"{quoted(a)} and {quoted(b)} have no common commit{self._shallow_hint()}"
        raise UsageError(message)

    def changed_files(self, base: str, head: str) -> list[ChangedFile]:
        """Return every file that differs, deleted ones included, and renamed ones with both names."""
        before, after = self._tree_of(base), self._tree_of(head)
        return [] if before == after else list(_changes(_fields(self._names.between(before, after))))

    def changed_lines(self, base: str, head: str) -> dict[str, list[range]]:
        """Return, for every file that `head` has, the lines of it that `base` does not have."""
        before, after = self._tree_of(base), self._tree_of(head)
        return {} if before == after else hunks(self._lines.between(before, after))

    def knows(self, commit: str) -> bool:
        """Tell whether the repository has the commit, as far as it was fetched."""
        try:
            self.resolve_commit(commit)
        except UsageError:
            return False
        return True

    def remembers(self, commit: str) -> bool:
        """Tell whether the commit is, or may be, in the history: a shallow clone does not have all of it."""
        return self._is_shallow or self.knows(commit)

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Tell whether `newer` contains `older`, or is the same commit."""
        return self._history.is_ancestor(self.resolve_commit(older), self.resolve_commit(newer))

    def first_parents(self, since: str | None, until: str, most: int) -> list[str]:
        """Return the commits that a branch went through to `until`, newest first, without those that `since` has."""
        known = self.resolve_commit(since) if since else None
        return list(islice(self._history.first_parents(known, self.resolve_commit(until)), most))

    def parents(self, commit: str) -> list[str]:
        """Return a commit's parents, the branch's own first, as far as the clone has them."""
        found = self._objects.find_commit(self.resolve_commit(commit))
        return [parent for parent in found.parents if self.knows(parent)] if found else []

    def first_parent(self, commit: str) -> str | None:
        """Return what a branch held before a commit; `None` for the first commit of all."""
        return next(iter(self.parents(commit)), None)

    def read_at(
        self, rev: str, paths: Sequence[str], budget: ReadingBudget | None = None
    ) -> tuple[list[tuple[str, bytes]], list[Finding]]:
        """Return (name, content) of every YAML file at or below the paths as of a commit, by name.

        Hidden files and folders are left out. A path that the commit does not have gives nothing. A file that is too
        large gives a finding, and so does a link or a submodule.

        Arguments:
            budget: what is left of it by other reads of the same commit; a whole one where there are none.

        Raises:
            UsageError: there is no such commit, or the clone lacks a file or folder of it.

        """
        tree = self._tree_of(rev)
        wanted: dict[str, str] = {}
        unreadable: dict[str, Entry] = {}
        for root in map(clean_name, paths):
            for name, entry in self._at_or_below(tree, root):
                if entry.is_file and is_read(name, root):
                    wanted[name] = entry.sha
                elif entry.mode in (LINK_MODE, SUBMODULE_MODE):
                    unreadable[name] = entry
        contents, too_large = self._within(budget or ReadingBudget(), wanted)
        files = [(name, contents[sha]) for name, sha in sorted(wanted.items()) if sha in contents]
        return files, [*too_large, *self._obstacles(tree, unreadable)]

    def _within(self, budget: ReadingBudget, wanted: Mapping[str, str]) -> tuple[Mapping[str, bytes], list[Finding]]:
        """Return the contents that the budget allows, by hash, and the error that each other file is."""
        refused: dict[str, str] = {}

        def accepts(sha: str, size: int) -> bool:
            refusal = budget.refusal(sha, size)
            if refusal:
                refused[sha] = refusal
            return refusal is None

        contents = self._objects.contents(wanted.values(), accepts)
        findings = [
            Finding("file-size", f"{quoted(name)}: {refused[sha]}", Position(name))
            for name, sha in sorted(wanted.items())
            if sha in refused
        ]
        return contents, findings

    def _at_or_below(self, tree: str, root: str) -> Iterable[tuple[str, Entry]]:
        found = self._lookup(tree, root)
        if found is None:
            return ()
        return self._below(found.sha, root) if found.mode == FOLDER_MODE else ((root, found),)

    def _obstacles(self, tree: str, unreadable: Mapping[str, Entry]) -> Iterator[Finding]:
        """Yield the error that each of these links and submodules is."""

        def link_at(place: str) -> bytes | None:
            found = self._lookup(tree, place)
            if found is None or found.mode != LINK_MODE:
                return None
            # A link longer than any path leads nowhere; it is not taken in.
            return self._objects.contents([found.sha], _is_link_size).get(found.sha, b"")

        def kind_of(place: str) -> LeadsTo:
            found = self._lookup(tree, place)
            if found is not None and found.mode == FOLDER_MODE:
                return LeadsTo.FOLDER
            return LeadsTo.FILE if found is not None and found.is_file else LeadsTo.NOTHING

        for name, entry in sorted(unreadable.items()):
            if entry.mode == SUBMODULE_MODE:
                yield about_submodule(name)
            elif finding := about_link(name, end_of_link(name, link_at, kind_of)):
                yield finding

    def file_at(self, rev: str, name: str) -> bytes | None:
        """Return the content of one file as of a commit; `None` when there is no such file.

        Raises:
            InvalidConfigurationError: the file is too large.

        """
        found = self._lookup(self._tree_of(rev), clean_name(name))
        if found is None or not found.is_file:
            return None
        contents = self._objects.contents([found.sha], lambda _sha, size: size <= MAX_FILE_BYTES)
        if found.sha not in contents:
            message = f"{quoted(name)} in commit {rev[:12]}: {FILE_TOO_LARGE}"
            raise InvalidConfigurationError(message)
        return contents[found.sha]

    def linked_file_at(self, rev: str, name: str) -> bytes | None:
        """Return the content of one file as of a commit, symbolic links on the way followed as that commit has them.

        `None` when there is no such file, or the links lead out of the repository or in a circle.

        Raises:
            InvalidConfigurationError: the file is too large.
        """
        tree = self._tree_of(rev)

        def link_at(place: str) -> bytes | None:
            found = self._lookup(tree, place)
            is_link = found is not None and found.mode == LINK_MODE
            return self._objects.contents([found.sha], _is_link_size).get(found.sha, b"") if found and is_link else None

        return self.file_at(rev, followed(clean_name(name), link_at))

    def holds(self, rev: str, name: str) -> bool:
        """Tell whether a commit has a file or a folder of that name."""
        return self._lookup(self._tree_of(rev), clean_name(name)) is not None

    def folders_at(self, rev: str, below: str = "", depth: int | None = None) -> Folders:
        """Return the folders below a folder as of a commit, relative to it; hidden ones are left out.

        Arguments:
            rev: the commit.
            below: the folder.
            depth: how many levels of folders are asked for; `None` means all.

        """
        root = self._lookup(self._tree_of(rev), clean_name(below))
        if root is None or root.mode != FOLDER_MODE:
            return Folders(frozenset(), frozenset())
        entries = list(self._below(root.sha, "", depth))
        links = {name: entry.sha for name, entry in entries if entry.mode == LINK_MODE}
        targets = self._objects.contents(links.values(), _is_link_size)

        def is_folder(name: str) -> bool:
            found = None if is_hidden(name) else self._lookup(root.sha, name)
            return found is not None and found.mode == FOLDER_MODE

        to_folders = (name for name, sha in links.items() if leads_to_folder(name, targets.get(sha, b""), is_folder))
        real = (name for name, entry in entries if entry.mode == FOLDER_MODE)
        return Folders(frozenset(real), frozenset(to_folders))

    def _tree_of(self, rev: str) -> str:
        found = self._objects.find_commit(self.resolve_commit(rev))
        return found.tree if found else ""

    def _lookup(self, tree: str, name: str) -> Entry | None:
        """Return what a name stands for below a tree; the empty name is the tree itself."""
        found = Entry(FOLDER_MODE, "", tree)
        for part in name.split("/") if name else ():
            following = self._objects.tree(found.sha).get(part) if found.mode == FOLDER_MODE else None
            if following is None:
                return None
            found = following
        return found

    def _below(self, tree: str, prefix: str, depth: int | None = None) -> Iterator[tuple[str, Entry]]:
        """Yield everything below a tree by name, without what is hidden there."""
        count = 0
        pending = [(tree, prefix, 1)]
        while pending:
            sha, above, level = pending.pop()
            for entry in self._objects.tree(sha).values() if depth is None or level <= depth else ():
                if entry.name.startswith("."):
                    continue
                name = f"{above}/{entry.name}" if above else entry.name
                yield name, entry
                count += 1
                if entry.mode == FOLDER_MODE:
                    pending.append((entry.sha, name, level + 1))
            if count > _MOST_ENTRIES:
                shown = quoted(prefix or ".")
                message = f"{shown} holds more than {_MOST_ENTRIES} files and folders: name a folder that holds less"
                raise UsageError(message)

    def _shallow_hint(self) -> str:
        return f": the clone is shallow, {CHECK_OUT_ALL}" if self._is_shallow else ""


def _is_link_size(_sha: str, size: int) -> bool:
    return size <= _LONGEST_LINK


def _shown(path: str | Path) -> str:
    return quoted_path(str(path))


def _fields(output: bytes) -> list[str]:
    # A name that is not UTF-8 must be printable too.
    return [part.decode(errors="backslashreplace") for part in output.split(b"\0") if part]


def _changes(parts: Iterable[str]) -> Iterator[ChangedFile]:
    remaining = iter(parts)
    for status in remaining:
        first = next(remaining)
        yield ChangedFile(next(remaining), previous=first) if status.startswith("R") else ChangedFile(first)
