"""Git, read only: what a commit holds and how two commits differ.

Neither the work tree nor the index is touched. Only plumbing commands run, and nothing that the repository
configures is executed: no hook, no text conversion, no external diff, no file system monitor. GitPython is
imported on first use, because its import looks for git.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from lpcac.connectors.git.changed_lines import hunks
from lpcac.connectors.git.tree_paths import clean_name, end_of_link, is_hidden, is_read, leads_to_folder, name_below
from lpcac.core.errors import UsageError
from lpcac.core.files import ChangedFile, Folders
from lpcac.core.findings import Finding
from lpcac.core.safe_text import escaped, quoted
from lpcac.documents.folder_entries import about_link, about_submodule

if TYPE_CHECKING:
    from git import Repo

_FILE_MODES: Final = ("100644", "100755")
_LINK_MODE: Final = "120000"
_SUBMODULE_MODE: Final = "160000"
_FOLDER_MODE: Final = "040000"
_NOT_FOUND: Final = "git was not found: install it, or put it on the PATH"
# `git diff-tree` asks the monitor although it compares commits only.
_OPTIONS: Final = ("-c", "core.fsmonitor=false")
_HARDENED: Final = {
    "GIT_NO_REPLACE_OBJECTS": "1",  # A commit is what its hash says.
    "GIT_NO_LAZY_FETCH": "1",  # A partial clone would otherwise fetch what is missing.
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}


class _Entry(NamedTuple):
    mode: str
    sha: str
    name: str


def open_repository(path: str | Path) -> Repository:
    """Return the repository that the path lies in.

    Raises:
        UsageError: there is none, git is not installed, or git refuses another user's repository.

    """
    try:
        from git import Repo  # noqa: PLC0415 - see the module's docstring
        from git.exc import InvalidGitRepositoryError, NoSuchPathError  # noqa: PLC0415
    except ImportError:
        raise UsageError(_NOT_FOUND) from None
    start = Path(path).absolute()
    folder = start if start.is_dir() else start.parent
    try:
        repo = Repo(folder, search_parent_directories=True, expand_vars=False)
    except (InvalidGitRepositoryError, NoSuchPathError):
        message = f"{_shown(path)} is not in a Git repository"
        raise UsageError(message) from None
    repository = Repository(repo)
    repository.check_access()
    return repository


class Repository:
    """A Git repository whose commits are read. Names are relative to its root, with forward slashes."""

    def __init__(self, repo: Repo) -> None:
        """Read through this GitPython repository."""
        self._repo = repo

    @property
    def root(self) -> Path:
        """Return the folder of the work tree, or of the repository itself where there is no work tree."""
        return Path(self._repo.working_tree_dir or self._repo.git_dir)

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

    def check_access(self) -> None:
        """Do nothing when git reads the repository; else raise `UsageError` with what to do."""
        self._run("rev-parse", "--git-dir")

    def head(self) -> str:
        """Return the hash of the commit that is checked out.

        Raises:
            UsageError: there is no commit yet.

        """
        status, output, _ = self._attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if status == 0:
            return output.decode().strip()
        message = f"the Git repository {_shown(self.root)} has no commit yet"
        raise UsageError(message)

    def resolve_commit(self, rev: str) -> str:
        """Return the hash of the commit that a branch, tag, hash or other revision means.

        Raises:
            UsageError: it means no commit here.

        """
        # A revision that starts with a dash would be read as an option.
        if rev and rev.isprintable() and not rev.startswith("-"):
            status, output, _ = self._attempt("rev-parse", "--verify", "--quiet", f"{rev}^{{commit}}")
            if status == 0:
                return output.decode().strip()
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
        status, output, _ = self._attempt("merge-base", self.resolve_commit(a), self.resolve_commit(b))
        if status == 0:
            return output.decode().split()[0]
        message = f"{quoted(a)} and {quoted(b)} have no common commit{self._shallow_hint()}"
        raise UsageError(message)

    def changed_files(self, base: str, head: str) -> list[ChangedFile]:
        """Return every file that differs, deleted ones included, and renamed ones with both names."""
        commits = self.resolve_commit(base), self.resolve_commit(head)
        options = ("-r", "-z", "-M", "--name-status", "--no-ext-diff", "--no-textconv")
        return list(_changes(_fields(self._run("diff-tree", *options, *commits))))

    def changed_lines(self, base: str, head: str) -> dict[str, list[range]]:
        """Return, for every file that `head` has, the lines of it that `base` does not have."""
        commits = self.resolve_commit(base), self.resolve_commit(head)
        options = ("-r", "-p", "-U0", "-M", "--no-ext-diff", "--no-textconv", "--no-color", "--no-prefix")
        return hunks(self._run("diff-tree", *options, *commits))

    def knows(self, commit: str) -> bool:
        """Tell whether the repository has the commit, as far as it was fetched."""
        try:
            self.resolve_commit(commit)
        except UsageError:
            return False
        return True

    def remembers(self, commit: str) -> bool:
        """Tell whether the commit is, or may be, in the history: a shallow clone does not have all of it."""
        return self.knows(commit) or self._is_shallow()

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Tell whether `newer` contains `older`, or is the same commit."""
        status, _, _ = self._attempt(
            "merge-base", "--is-ancestor", self.resolve_commit(older), self.resolve_commit(newer)
        )
        return status == 0

    def first_parents(self, since: str | None, until: str, most: int) -> list[str]:
        """Return the commits that a branch went through to `until`, newest first, without those that `since` has."""
        excluded = [f"^{self.resolve_commit(since)}"] if since else []
        options = ("--first-parent", f"--max-count={most}")
        return self._run("rev-list", *options, self.resolve_commit(until), *excluded).decode().split()

    def parents(self, commit: str) -> list[str]:
        """Return the commits that a commit stands on, the branch's own first."""
        return self._run("rev-list", "--parents", "--max-count=1", self.resolve_commit(commit)).decode().split()[1:]

    def first_parent(self, commit: str) -> str | None:
        """Return what a branch held before a commit; `None` for the first commit of all."""
        return next(iter(self.parents(commit)), None)

    def files_at(self, rev: str, paths: Sequence[str]) -> list[tuple[str, bytes]]:
        """Return (name, content) of every YAML file at or below the paths as of a commit, by name.

        Hidden files and folders are left out. A path that the commit does not have gives nothing.
        """
        return self.read_at(rev, paths)[0]

    def read_at(self, rev: str, paths: Sequence[str]) -> tuple[list[tuple[str, bytes]], list[Finding]]:
        """Return the same, and a finding for everything there that cannot be read: links and submodules."""
        roots = [clean_name(path) for path in paths]
        entries = list(self._tree(rev, roots, "-r"))
        wanted = [
            entry for entry in entries if entry.mode in _FILE_MODES and any(is_read(entry.name, root) for root in roots)
        ]
        contents = self._contents({entry.sha for entry in wanted})
        odd = [e for e in entries if e.mode in (_LINK_MODE, _SUBMODULE_MODE) and any(_is_in(e.name, r) for r in roots)]
        return sorted((entry.name, contents[entry.sha]) for entry in wanted), list(self._obstacles(rev, odd))

    def _obstacles(self, rev: str, odd: Sequence[_Entry]) -> Iterator[Finding]:
        """Yield the error that each of these links and submodules is."""
        has_links = any(entry.mode == _LINK_MODE for entry in odd)
        every = list(self._tree(rev, [""], "-r", "-t")) if has_links else []
        shas = {entry.name: entry.sha for entry in every if entry.mode == _LINK_MODE}
        targets = self._contents(set(shas.values()))
        links = {name: targets[sha] for name, sha in shas.items()}
        files = {entry.name for entry in every if entry.mode in _FILE_MODES}
        folders = {entry.name for entry in every if entry.mode == _FOLDER_MODE}
        for entry in odd:
            if entry.mode == _SUBMODULE_MODE:
                yield about_submodule(entry.name)
            elif finding := about_link(entry.name, end_of_link(entry.name, links, files, folders)):
                yield finding

    def file_at(self, rev: str, name: str) -> bytes | None:
        """Return the content of one file as of a commit; `None` when there is no such file."""
        clean = clean_name(name)
        for entry in self._tree(rev, [clean]):
            if entry.name == clean and entry.mode in _FILE_MODES:
                return self._contents({entry.sha})[entry.sha]
        return None

    def folders_at(self, rev: str, below: str = "") -> Folders:
        """Return the folders below a folder as of a commit, relative to it; hidden ones are left out."""
        root = clean_name(below)
        entries = [
            (name_below(entry.name, root), entry)
            for entry in self._tree(rev, [root], "-r", "-t")
            if entry.name != root and not is_hidden(name_below(entry.name, root))
        ]
        real = frozenset(name for name, entry in entries if entry.mode == _FOLDER_MODE)
        links = {name: entry.sha for name, entry in entries if entry.mode == _LINK_MODE}
        targets = self._contents(set(links.values()))
        to_folders = (name for name, sha in links.items() if leads_to_folder(name, targets[sha], real))
        return Folders(real, frozenset(to_folders))

    def _tree(self, rev: str, roots: Sequence[str], *options: str) -> Iterator[_Entry]:
        if not roots:
            return
        # Without a path, git lists all.
        named = [] if "" in roots else roots
        listing = self._run("ls-tree", "-z", "--full-tree", *options, self.resolve_commit(rev), "--", *named)
        for line in _fields(listing):
            about, _, name = line.partition("\t")
            mode, _, sha = about.split()
            yield _Entry(mode, sha, name)

    def _contents(self, shas: set[str]) -> dict[str, bytes]:
        """Return the content of blobs by hash, read by one git."""
        if not shas:
            return {}
        with TemporaryFile() as asked:
            asked.write("".join(f"{sha}\n" for sha in sorted(shas)).encode())
            asked.seek(0)
            answer = self._run("cat-file", "--batch", asked=asked)
        contents = {}
        start = 0
        while start < len(answer):
            end = answer.index(b"\n", start)
            header = answer[start:end].decode().split()
            if len(header) != 3:  # noqa: PLR2004 - `HASH TYPE SIZE`, else `HASH missing`
                message = f"the Git repository lacks the content {header[0]}{self._shallow_hint()}"
                raise UsageError(message)
            start = end + 1 + int(header[2])
            contents[header[0]] = answer[end + 1 : start]
            start += 1
        return contents

    def _is_shallow(self) -> bool:
        _, output, _ = self._attempt("rev-parse", "--is-shallow-repository")
        return output.strip() == b"true"

    def _shallow_hint(self) -> str:
        if not self._is_shallow():
            return ""
        return ": the clone is shallow, fetch the whole history (actions/checkout: fetch-depth: 0)"

    def _run(self, *arguments: str, asked: BinaryIO | None = None) -> bytes:
        status, output, complaint = self._attempt(*arguments, asked=asked)
        if status == 0:
            return output
        if "dubious ownership" in complaint:
            message = (
                f"the Git repository {_shown(self.root)} belongs to another user: allow it with "
                f"git config --global --add safe.directory {_shown(self.root)}"
            )
            raise UsageError(message)
        first = next((line for line in complaint.splitlines() if line), f"exit status {status}")
        message = f"git {arguments[0]} failed: {escaped(first)}"
        raise UsageError(message)

    def _attempt(self, *arguments: str, asked: BinaryIO | None = None) -> tuple[int, bytes, str]:
        from git.exc import GitCommandNotFound  # noqa: PLC0415 - see the module's docstring

        git = self._repo.git
        try:
            answer = git.execute(
                [git.GIT_PYTHON_GIT_EXECUTABLE, *_OPTIONS, *arguments],
                istream=asked,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                env=_HARDENED,
            )
        except GitCommandNotFound:
            raise UsageError(_NOT_FOUND) from None
        return answer


def _is_in(name: str, root: str) -> bool:
    """Tell whether an entry is the root, or lies below it and is not hidden there."""
    return name == root or (name.startswith(f"{root}/" if root else "") and not is_hidden(name_below(name, root)))


def _shown(path: str | Path) -> str:
    # Not shortened: the end of a path says most.
    return f'"{escaped(str(path))}"'


def _fields(output: bytes) -> list[str]:
    # A name that is not UTF-8 has to be printable all the same.
    return [part.decode(errors="backslashreplace") for part in output.split(b"\0") if part]


def _changes(parts: Iterable[str]) -> Iterator[ChangedFile]:
    remaining = iter(parts)
    for status in remaining:
        first = next(remaining)
        yield ChangedFile(next(remaining), previous=first) if status.startswith("R") else ChangedFile(first)
