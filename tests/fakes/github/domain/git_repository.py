"""A bare Git repository as GitHub keeps it: commits, merges and rebases without a work tree."""

import os
import re
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

Files = Mapping[str, str | bytes | None]
"""Paths with their new content; None removes the file."""

NO_COMMIT = "0" * 40

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}


FULL_SHA = re.compile("[0-9a-f]{40}")
FIXED = re.compile("[0-9a-f]{40}([.]{2,3}[0-9a-f]{40})?")
# Names that mean the same to Git and to the file system.
SIMPLE_NAME = re.compile("[A-Za-z0-9_][A-Za-z0-9_/-]*")


class Link(str):
    """The target of a symbolic link, in the place of a file's content."""

    __slots__ = ()


class Submodule(str):
    """The commit of a submodule, in the place of a file's content."""

    __slots__ = ()


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


def run_git(path: str, *arguments: str, given: bytes | None = None, variables: Mapping[str, str] | None = None) -> str:
    """Run Git in a directory and return what it printed; its refusal is an exception with its words."""
    environment = {"PATH": os.environ["PATH"], **ENVIRONMENT, **(variables or {})}
    done = subprocess.run(
        ["git", "-C", path, *arguments], input=given, capture_output=True, check=False, env=environment
    )
    if done.returncode:
        words = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout, words)
    return done.stdout.decode(errors="surrogateescape").rstrip("\n")


@cache
def _pristine() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for new repositories, made once in a process and gone with it."""
    return tempfile.TemporaryDirectory(prefix="fake-github-new-")


@cache
def _new_repository(default_branch: str, *, bare: bool) -> str:
    path = os.path.join(_pristine().name, f"{default_branch.replace('/', '-')}-{bare}")
    run_git(
        _pristine().name,
        *("init", "--quiet", "--template=", f"--initial-branch={default_branch}"),
        *(["--bare"] if bare else []),
        path,
    )
    return path


def new_repository(path: str, default_branch: str, *, bare: bool = False) -> None:
    """Make an empty repository: a copy of one that Git made."""
    shutil.copytree(_new_repository(default_branch, bare=bare), path, dirs_exist_ok=True)


class GitRepository:
    """One bare repository on disk."""

    def __init__(self, path: str, default_branch: str, now: Callable[[], datetime]) -> None:
        self.path = path
        self.default_branch = default_branch
        self._now = now
        self._answers: dict[tuple[str, ...], str] = {}
        if not os.path.isdir(path):
            os.makedirs(path)
            new_repository(path, default_branch, bare=True)
            self._configure()

    def run(self, *arguments: str, given: bytes | None = None, variables: Mapping[str, str] | None = None) -> str:
        return run_git(self.path, *arguments, given=given, variables=variables)

    def clone_to(self, path: str) -> "GitRepository":
        """Copy the branches and tags into a new bare repository."""
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self.run("clone", "--quiet", "--bare", "--no-local", "--template=", self.path, path)
        copy = GitRepository(path, self.default_branch, self._now)
        copy._configure()
        return copy

    def resolve(self, name: str) -> str | None:
        """Return the full SHA of a commit by ref or SHA, None when there is none."""
        found = self._stored_commit(name) or self._stored_ref(name)
        is_nowhere = name.startswith("refs/") and SIMPLE_NAME.fullmatch(name) and not self._has_packed_refs
        if found is not None or is_nowhere:
            return found
        try:
            return self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        except subprocess.CalledProcessError:
            return None

    @property
    def _has_packed_refs(self) -> bool:
        return os.path.exists(os.path.join(self.path, "packed-refs"))

    def _stored_commit(self, name: str) -> str | None:
        """Return a full SHA when a file of its own holds that commit, as it does unless it was packed."""
        if not FULL_SHA.fullmatch(name):
            return None
        try:
            with open(os.path.join(self.path, "objects", name[:2], name[2:]), "rb") as file:
                return name if zlib.decompressobj().decompress(file.read(64), 7) == b"commit " else None
        except FileNotFoundError:
            return None

    def _stored_ref(self, name: str) -> str | None:
        """Return the commit of a branch or another ref that has a file of its own, as it has unless it was packed."""
        if not SIMPLE_NAME.fullmatch(name):
            return None
        # Git asks for a tag of a short name first.
        for ref in [name] if name.startswith("refs/") else [f"refs/tags/{name}", f"refs/heads/{name}"]:
            path = os.path.join(self.path, ref)
            if os.path.isfile(path):
                with open(path, encoding="ascii") as file:
                    return file.read().strip()
        return None

    def ask(self, *arguments: str) -> str:
        """Return what Git says of commits, asked once where full SHAs name them: those never change."""
        revisions = [word.lstrip("^") for word in arguments[1:] if not word.startswith("-")]
        if not all(map(FIXED.fullmatch, revisions)):
            return self.run(*arguments)
        if arguments not in self._answers:
            self._answers[arguments] = self.run(*arguments)
        return self._answers[arguments]

    def commit(self, branch: str, files: Files, *, message: str, author: str, start: str | None = None) -> str:
        """Add one commit to a branch, which begins at `start` when it is new, and return its SHA."""
        ref = f"refs/heads/{branch}"
        parent = self.resolve(ref) or self.resolve(start or self.default_branch)
        person = f"{author} <{_email(author)}> {int(self._now().timestamp())} +0000"
        stream = [f"commit {ref}\nmark :1\nauthor {person}\ncommitter {person}\n".encode(), _data(message.encode())]
        if parent is not None:
            stream.append(f"from {parent}\n".encode())
        for path, content in files.items():
            stream.append(_file_command(path, content))
        stream.append(b"get-mark :1\n")
        return self.run("fast-import", "--quiet", given=b"".join(stream))

    def sha(self, name: str) -> str:
        """Return the SHA of a commit that must exist."""
        found = self.resolve(name)
        if found is None:
            raise LookupError(f"{self.path} has no commit {name}")
        return found

    def contains(self, commit: str, ancestor: str) -> bool:
        """Say whether `ancestor` is part of the history of `commit`."""
        try:
            self.ask("merge-base", "--is-ancestor", self.resolve(ancestor) or ancestor, self.resolve(commit) or commit)
        except subprocess.CalledProcessError:
            return False
        return True

    def between(self, old: str, new: str) -> list[str]:
        """Return the commits of `new` that `old` lacks, oldest first."""
        return self.ask("rev-list", "--reverse", "--topo-order", new, f"^{old}").split()

    def merged_tree(self, ours: str, theirs: str) -> str:
        """Return the tree of a merge.

        Raises:
            MergeConflictError: Git cannot merge them by itself.
        """
        try:
            return self.ask("merge-tree", "--write-tree", ours, theirs).splitlines()[0]
        except subprocess.CalledProcessError as error:
            raise MergeConflictError(f"{ours} and {theirs} conflict") from error

    def write_commit(self, tree: str, parents: list[str], message: str, author: str) -> str:
        """Store a commit that no ref names yet, with GitHub as its committer."""
        named = [word for parent in parents for word in ("-p", parent)]
        moment = f"{int(self._now().timestamp())} +0000"
        people = {
            "GIT_AUTHOR_NAME": author,
            "GIT_AUTHOR_EMAIL": _email(author),
            "GIT_AUTHOR_DATE": moment,
            "GIT_COMMITTER_NAME": "GitHub",
            "GIT_COMMITTER_EMAIL": "noreply@example.com",
            "GIT_COMMITTER_DATE": moment,
        }
        return self.run("commit-tree", tree, *named, given=message.encode(), variables=people)

    def rebased(self, commits: list[str], onto: str) -> str:
        """Copy commits one by one onto another commit and return the last copy.

        A copy's merge base must be the original's parent: a commit with the tree of `onto` and that parent sees to it.
        """
        for original in commits:
            read = self.read(original)
            stand_in = self.write_commit(f"{onto}^{{tree}}", list(read.parents[:1]), "stand-in", "nobody")
            onto = self.write_commit(self.merged_tree(stand_in, original), [onto], read.message, read.author)
        return onto

    def read(self, name: str) -> Commit:
        """Return what Git says of a commit."""
        layout = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
        fields = self.ask("show", "--no-patch", f"--format={layout}", self.resolve(name) or name).split("\0")
        sha, tree, parents, author, email, authored, committer, committer_email, committed, message = fields
        people = (author, email, authored, committer, committer_email, committed)
        return Commit(sha, tree, tuple(parents.split()), *people, message.strip("\n"))

    def changes(self, sha: str) -> dict[str, list[str]]:
        """Return the paths that a commit added, removed and modified against its first parent."""
        shown = self.ask("show", "--first-parent", "--name-status", "--no-renames", "--format=", "-z", sha)
        words = shown.strip("\0\n").split("\0")
        changed: dict[str, list[str]] = {"added": [], "removed": [], "modified": []}
        for status, path in zip(words[::2], words[1::2], strict=True):
            changed[{"A": "added", "D": "removed"}.get(status, "modified")].append(path)
        return changed

    def set_ref(self, ref: str, sha: str) -> None:
        self.run("update-ref", ref, sha)

    def delete_ref(self, ref: str) -> None:
        self.run("update-ref", "-d", ref)

    def fetch(self, other: "GitRepository", source: str, target: str) -> None:
        self.run("fetch", "--quiet", "--no-tags", other.path, f"+{source}:{target}")

    def _configure(self) -> None:
        # Whoever checks out names the commit, as the checkout action does.
        with open(os.path.join(self.path, "config"), "a", encoding="utf-8") as file:
            file.write("[uploadpack]\n\tallowAnySHA1InWant = true\n[gc]\n\tauto = 0\n")


def _email(author: str) -> str:
    return f"{author.replace('[bot]', '-bot').replace(' ', '.')}@example.com"


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


def _file_command(path: str, content: str | bytes | None) -> bytes:
    quoted = '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if content is None:
        return f"D {quoted}\n".encode()
    if isinstance(content, Submodule):
        return f"M 160000 {content} {quoted}\n".encode()
    mode = "120000" if isinstance(content, Link) else "100644"
    blob = content if isinstance(content, bytes) else content.encode()
    return f"M {mode} inline {quoted}\n".encode() + _data(blob)
