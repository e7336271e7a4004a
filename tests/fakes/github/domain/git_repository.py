"""A bare Git repository as GitHub keeps it: commits, merges and rebases without a work tree and without a process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property

import pygit2
from pygit2.enums import DiffOption, ObjectType, SortMode
from tests.fakes.github.domain.git_files import new_repository, take_objects
from tests.fakes.github.domain.git_trees import Files, Link, Submodule, changed_tree, files_below, objects_below

__all__ = ["NO_COMMIT", "Change", "Commit", "Files", "GitRepository", "Link", "MergeConflictError", "Submodule"]

NO_COMMIT = "0" * 40

_GITHUB = "GitHub <noreply@example.com>"
_DIFF = DiffOption.INCLUDE_TYPECHANGE | DiffOption.SKIP_BINARY_CHECK


class MergeConflictError(Exception):
    """Two commits that Git cannot merge by itself."""


@dataclass(frozen=True)
class Commit:
    """What Git says of one commit."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: str
    author_email: str
    authored_at: str
    committer: str
    committer_email: str
    committed_at: str
    message: str


@dataclass(frozen=True)
class Change:
    """What became of one file between two trees."""

    letter: str
    """`A`, `C`, `D`, `M`, `R` or `T`, as Git abbreviates it."""
    path: str
    previous: str | None
    """The path that it was renamed or copied from."""
    blob: str
    additions: int
    deletions: int


class GitRepository:
    """One bare repository on disk."""

    def __init__(self, path: str, default_branch: str, now: Callable[[], datetime]) -> None:
        self.path = path
        self.default_branch = default_branch
        self._now = now
        self._commits: dict[str, Commit] = {}
        self._changes: dict[tuple[str, str], list[Change]] = {}
        if not os.path.isdir(path):
            new_repository(path, default_branch, bare=True)
            # Whoever checks out names the commit, as the checkout action does.
            with open(os.path.join(path, "config"), "a", encoding="utf-8") as file:
                file.write("[uploadpack]\n\tallowAnySHA1InWant = true\n[gc]\n\tauto = 0\n")

    @cached_property
    def _git(self) -> pygit2.Repository:
        return pygit2.Repository(self.path)

    # Reading

    def resolve(self, name: str) -> str | None:
        """Return the full SHA of a commit by ref or SHA, None when there is none."""
        try:
            return str(self._git.revparse_single(name).peel(pygit2.Commit).id)
        except (KeyError, ValueError, pygit2.GitError):
            return None

    def sha(self, name: str) -> str:
        """Return the SHA of a commit that must exist."""
        found = self.resolve(name)
        if found is None:
            raise LookupError(f"{self.path} has no commit {name}")
        return found

    def refs(self, folder: str) -> dict[str, str]:
        """Return the refs below a folder, such as `refs/heads/`, with what they point to."""
        found = (self._git.references[name] for name in self._git.references if name.startswith(folder))
        return {each.name: str(each.target) for each in found}

    def contains(self, commit: str, ancestor: str) -> bool:
        """Say whether `ancestor` is part of the history of `commit`."""
        new, old = self.resolve(commit), self.resolve(ancestor)
        if new is None or old is None:
            return False
        return new == old or self._git.descendant_of(new, old)

    def between(self, old: str, new: str) -> list[str]:
        """Return the commits of `new` that `old` lacks, oldest first."""
        walk = self._git.walk(self.sha(new), SortMode.TOPOLOGICAL | SortMode.REVERSE)
        walk.hide(self.sha(old))
        return [str(commit.id) for commit in walk]

    def read(self, name: str) -> Commit:
        """Return what Git says of a commit."""
        sha = self.sha(name)
        if sha not in self._commits:
            found = self._git[sha]
            author, committer = found.author, found.committer
            self._commits[sha] = Commit(
                sha,
                str(found.tree_id),
                tuple(map(str, found.parent_ids)),
                author.name,
                author.email,
                _moment(author),
                committer.name,
                committer.email,
                _moment(committer),
                found.message.strip("\n"),
            )
        return self._commits[sha]

    def files(self, name: str, folder: str = "") -> dict[str, bytes]:
        """Return the content of the files of a commit that stand in a folder."""
        found = files_below(self._git, self.read(name).tree)
        return {path: self._git[blob].data for path, blob in found if path.startswith(folder)}

    def text(self, name: str, path: str) -> str:
        """Return a file of a commit."""
        return self.files(name, path)[path].decode()

    def changes(self, sha: str) -> dict[str, list[str]]:
        """Return the paths that a commit added, removed and modified against its first parent."""
        commit = self.read(sha)
        diff = self._git[commit.tree].diff_to_tree(flags=_DIFF, swap=True)
        if commit.parents:
            diff = self._git.diff(commit.parents[0], commit.sha, flags=_DIFF)
        changed: dict[str, list[str]] = {"added": [], "removed": [], "modified": []}
        for delta in diff.deltas:
            word = {"A": "added", "D": "removed"}.get(delta.status_char(), "modified")
            changed[word].append(_name(delta.new_file))
        return changed

    def compared(self, base: str, head: str) -> list[Change]:
        """Return what `head` changed since it left `base`, renames found."""
        if (base, head) not in self._changes:
            start = self._git.merge_base(base, head)
            if start is None:
                raise LookupError(f"{base} and {head} have no common history")
            diff = self._git.diff(start, head, flags=DiffOption.INCLUDE_TYPECHANGE)
            diff.find_similar()
            self._changes[base, head] = [_change(patch) for patch in diff]
        return self._changes[base, head]

    # Writing

    def commit(self, branch: str, files: Files, *, message: str, author: str, start: str | None = None) -> str:
        """Add one commit to a branch, which begins at `start` when it is new, and return its SHA."""
        ref = f"refs/heads/{branch}"
        parent = self.resolve(ref) or self.resolve(start or self.default_branch)
        tree = changed_tree(self._git, parent and self.read(parent).tree, files)
        person = f"{author} <{_email(author)}>"
        sha = self._stored(tree, [parent] if parent else [], message, person, person)
        self.set_ref(ref, sha)
        return sha

    def write_commit(self, tree: str, parents: list[str], message: str, author: str) -> str:
        """Store a commit that no ref names yet, with GitHub as its committer."""
        return self._stored(tree, parents, message, f"{author} <{_email(author)}>", _GITHUB)

    def merged_tree(self, ours: str, theirs: str) -> str:
        """Return the tree of a merge.

        Raises:
            MergeConflictError: Git cannot merge them by itself.
        """
        merged = self._git.merge_commits(ours, theirs)
        if merged.conflicts is not None:
            raise MergeConflictError(f"{ours} and {theirs} conflict")
        return str(merged.write_tree(self._git))

    def rebased(self, commits: list[str], onto: str) -> str:
        """Copy commits one by one onto another commit and return the last copy.

        A copy's merge base must be the original's parent: a commit with the tree of `onto` and that parent sees to it.
        """
        for original in commits:
            read = self.read(original)
            stand_in = self.write_commit(self.read(onto).tree, list(read.parents[:1]), "stand-in", "nobody")
            onto = self.write_commit(self.merged_tree(stand_in, original), [onto], read.message, read.author)
        return onto

    def set_ref(self, ref: str, sha: str) -> None:
        self._git.references.create(ref, sha, force=True)

    def delete_ref(self, ref: str) -> None:
        """Delete a ref.

        Raises:
            LookupError: there is none of that name.
        """
        self._git.references.delete(ref)

    # Other repositories

    def clone_to(self, path: str) -> GitRepository:
        """Copy the branches and tags into a new bare repository."""
        copy = GitRepository(path, self.default_branch, self._now)
        kept = {**self.refs("refs/heads/"), **self.refs("refs/tags/")}
        take_objects(self.path, self.history(kept.values()), path)
        for ref, sha in kept.items():
            copy.set_ref(ref, sha)
        return copy

    def fetch(self, other: GitRepository, source: str, target: str) -> None:
        """Take a commit with all its history from another repository and let a ref name it."""
        sha = other.sha(source)
        if self is not other:
            take_objects(other.path, other.history([sha]), self.path)
        self.set_ref(target, sha)

    def pack(self, tips: Iterable[str], folder: str) -> None:
        """Write all that the tips lead to into one pack in a folder: two files in place of a folder an object."""
        objects = self.history(tips)

        def added(builder: pygit2.PackBuilder) -> None:
            for sha in objects:
                builder.add(pygit2.Oid(hex=sha))

        os.makedirs(folder, exist_ok=True)
        self._git.pack(folder, added, n_threads=1)

    def history(self, tips: Iterable[str]) -> set[str]:
        """Return the SHA of every object that the tips lead to."""
        known: set[str] = set()
        waiting = list(tips)
        while waiting:
            sha = waiting.pop()
            if sha not in known:
                known.add(sha)
                found = self._git[sha]
                if isinstance(found, pygit2.Tag):
                    waiting.append(str(found.target))
                else:
                    waiting.extend(map(str, found.parent_ids))
                    known.update(objects_below(self._git, str(found.tree_id), known))
        return known

    def _stored(self, tree: str, parents: list[str], message: str, author: str, committer: str) -> str:
        moment = f"{int(self._now().timestamp())} +0000"
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {author} {moment}", f"committer {committer} {moment}", "", message]
        return str(self._git.write(ObjectType.COMMIT, "\n".join(lines).encode()))


def _email(author: str) -> str:
    return f"{author.replace('[bot]', '-bot').replace(' ', '.')}@example.com"


def _moment(person: pygit2.Signature) -> str:
    return datetime.fromtimestamp(person.time, timezone(timedelta(minutes=person.offset))).isoformat()


def _name(file: pygit2.DiffFile) -> str:
    return file.raw_path.decode(errors="surrogateescape")


def _change(patch: pygit2.Patch) -> Change:
    delta = patch.delta
    _, additions, deletions = patch.line_stats
    letter = delta.status_char()
    previous = _name(delta.old_file) if letter in "RC" else None
    return Change(letter, _name(delta.new_file), previous, str(delta.new_file.id), additions, deletions)
