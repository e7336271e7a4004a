"""Expands the map as written: globs become clients, placeholders become text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from lpcac.core.files import Folders
from lpcac.core.findings import Finding, Position, Severity, has_errors, sorted_by_place
from lpcac.core.json_pointers import pointer_to
from lpcac.core.resources import ResourceKey
from lpcac.core.text.did_you_mean import Hints
from lpcac.core.text.safe_text import quoted
from lpcac.core.urls import normalised_url
from lpcac.directory_map.base_folders import overlaps
from lpcac.directory_map.claims import Claims, ClientFolders
from lpcac.directory_map.directory_map import Acceptance, Client, DirectorEndpoint, DirectoryMap, Variable, referable
from lpcac.directory_map.limits import Limits
from lpcac.directory_map.schema import ALL, LINT_CODES, ClientEntry, LimitsEntry, MapDocument, is_base_path
from lpcac.kinds.fields import NAME_PATTERN
from lpcac.kinds.registry import Registry

# It also matches what is never closed: else each `${` of a long text would be a search to the text's end.
_PLACEHOLDER = re.compile(r"\$\{([^}]*)(\}?)")
_MOST_WORK = 2_000_000


def expand(
    document: MapDocument, where: Callable[[str], Position], folders: Folders, registry: Registry
) -> tuple[DirectoryMap, list[Finding]]:
    """Return the map and every error in it; a client with an error is left out.

    A map with errors is incomplete: use it for reports only, never to write.

    Arguments:
        document: the map as written.
        where: position of a JSON pointer in it.
        folders: what exists next to the map.
        registry: the kinds that may be named.

    """
    expansion = _Expansion(document, where, folders, referable(registry))
    directors = dict(expansion.directors())
    accept = tuple(expansion.acceptances())
    clients = tuple(expansion.clients(directors))
    expansion.check_accepted_clients(accept, clients)
    expansion.check_lint_codes()
    findings = sorted_by_place(expansion.findings)
    lint: dict[str, str] = {code: level.value for code, level in document.lint.items()}
    rules = tuple(path.rstrip("/") for path in document.rules)
    whole = DirectoryMap(
        where("").file,
        directors,
        clients,
        accept,
        document.require_review,
        lint,
        rules,
        document.require_approval,
    )
    return whole, findings


@dataclass
class _Expansion:
    document: MapDocument
    where: Callable[[str], Position]
    folders: Folders
    kinds: frozenset[str]
    findings: set[Finding] = field(default_factory=set)
    hints: Hints = field(default_factory=Hints)
    work_left: int = _MOST_WORK

    def directors(self) -> Iterator[tuple[str, DirectorEndpoint]]:
        for name, entry in self.document.directors.items():
            pointer = pointer_to(("directors", name))
            try:
                url = normalised_url(entry.url)
            except ValueError as error:
                self.report("director-address", f"director {quoted(name)}: {error}", f"{pointer}/url")
                continue
            secrets = (entry.token_env, entry.secret_key_env)
            is_only = len(self.document.directors) == 1
            yield name, DirectorEndpoint(name, url, *secrets, entry.ca_bundle, self.where(pointer), is_only)

    def acceptances(self) -> Iterator[Acceptance]:
        for index, entry in enumerate(self.document.accept):
            pointer = f"/accept/{index}"
            self.check_kind(entry.kind, f"{pointer}/kind")
            try:
                until = date.fromisoformat(entry.until)
            except ValueError:
                self.report("no-such-date", f"{entry.until} is not a valid date", f"{pointer}/until")
                continue
            position = self.where(pointer)
            yield Acceptance(entry.kind, entry.name, entry.reason, until, entry.client, entry.field, position)

    def clients(self, directors: Mapping[str, DirectorEndpoint]) -> list[Client]:
        """Return every client without errors, by name."""
        claims = Claims(directors)
        found = list(self.claiming(claims))
        kept = [client for index, client in found if not self.shares_a_base(index, client, claims.folders)]
        return sorted(kept, key=lambda client: client.name)

    def claiming(self, claims: Claims) -> Iterator[tuple[int, Client]]:
        """Yield every client without a conflict, with the index of its entry."""
        entries = sorted(enumerate(self.document.clients), key=lambda each: each[1].is_glob)
        for index, entry in entries:
            for folder, name in self.folders_of(index, entry):
                if entry.is_glob and folder in claims.folders:
                    continue
                # Claimed even if the entry has errors, so that a glob does not take the folder over.
                other = claims.folders.add(folder)
                if other is not None:
                    message = f"the folders of two clients, {quoted(other)} and {quoted(folder)}, overlap"
                    self.report("folder-overlap", f"{message}: keep them apart", f"/clients/{index}/path")
                    continue
                if not self.may_go_on(entry):
                    break
                client = self.client(index, entry, folder, name)
                problem = claims.add(client) if client else None
                if problem is not None:
                    code, message, severity = problem
                    self.report(code, message, f"/clients/{index}", severity)
                elif client is not None:
                    yield index, client
            if self.work_left <= 0:
                message = "the map expands to too much: use fewer patterns, clients, variables or logpoints in one map"
                self.report("map-size", message, f"/clients/{index}")
                return

    def may_go_on(self, entry: ClientEntry) -> bool:
        """Tell whether one client more, with all that its entry says, keeps the map within what can be handled."""
        named = sum(map(len, entry.external.values()))
        self.work_left -= 1 + len(entry.logpoints) + len(entry.bases) + len(entry.vars) + named
        return self.work_left > 0

    def shares_a_base(self, index: int, client: Client, folders: ClientFolders) -> bool:
        """Report each base that overlaps another client's folder, and tell whether there is one."""
        shared = [(at, base, folder) for at, base in enumerate(client.bases) if (folder := folders.sharing(base))]
        for at, base, folder in shared:
            message = f"base {quoted(base)} and another client's folder {quoted(folder)} overlap"
            self.report("base-overlap", f"{message}: keep them apart", f"/clients/{index}/bases/{at}")
        return bool(shared)

    def check_accepted_clients(self, accept: Iterable[Acceptance], clients: Collection[Client]) -> None:
        """Report each entry of the accept list that matches no client; report nothing if the map has errors."""
        if has_errors(self.findings):
            return
        names = {client.name for client in clients}
        for index, entry in enumerate(accept):
            if entry.client is not None and not self.is_about_some(entry, names):
                hint = self.hints.did_you_mean(entry.client, names)
                message = f"the map has no client {quoted(entry.client)}{hint}: this entry accepts nothing"
                self.report("accepts-nothing", message, f"/accept/{index}/client", Severity.WARNING)

    def is_about_some(self, entry: Acceptance, names: Collection[str]) -> bool:
        """Tell whether an entry of the accept list may be about one of the clients."""
        if entry.client in names:
            return True
        self.work_left -= len(names)
        return self.work_left <= 0 or any(map(entry.is_for, names))

    def folders_of(self, index: int, entry: ClientEntry) -> list[tuple[str, str]]:
        """Return (folder, what `${client}` stands for) for each folder of the entry."""
        pointer, path = f"/clients/{index}/path", entry.path.rstrip("/")
        if not entry.is_glob:
            usable = self.is_folder(path, pointer)
            return [(path, entry.name or "")] if usable else []
        self.work_left -= self.folders.count_beside(path)
        found = self.folders.matching(path) if self.work_left > 0 else []
        if not found and self.work_left > 0:
            message = f"no folder matches {quoted(path)}"
            self.report("glob-matches-nothing", message, pointer, Severity.WARNING)
        return [(folder, part) for folder, part in found if self.is_folder(folder, pointer)]

    def is_folder(self, path: str, pointer: str) -> bool:
        link = self.folders.link_on(path)
        if link is not None:
            message = (
                f"{quoted(link)} is a symbolic link, which can lead out of the repository: replace it with a folder"
            )
            self.report("symbolic-link", message, pointer)
        elif path not in self.folders.real:
            message = (
                f"there is no folder {quoted(path)} next to the map{self.hints.did_you_mean(path, self.folders.real)}"
            )
            self.report("no-such-folder", message, pointer)
        else:
            return True
        return False

    def client(self, index: int, entry: ClientEntry, folder: str, matched: str) -> Client | None:
        """Return the client, or `None` if a part of it has an error; each error is reported."""
        fill = _Filling(self, matched, f"/clients/{index}")
        logpoints = tuple(fill.text(text, f"logpoints/{i}") for i, text in enumerate(entry.logpoints))
        client = Client(
            name=fill.client_name(entry),
            path=folder,
            director=fill.director(entry),
            pool=fill.text(entry.pool, "pool"),
            logpoints=ALL if logpoints == (ALL,) else logpoints,
            bases=fill.bases(entry, folder),
            vars={key: fill.variable(value, f"vars/{key}") for key, value in entry.vars.items()},
            vars_at={key: self.where(f"/clients/{index}/vars/{key}") for key in entry.vars},
            external=frozenset(fill.external(entry)),
            prune=entry.prune,
            limits=_limits(entry),
            position=self.where(f"/clients/{index}"),
        )
        return client if fill.is_complete else None

    def check_kind(self, kind: str, pointer: str) -> bool:
        if kind not in self.kinds:
            self.report(
                "unknown-kind", f"there is no kind {quoted(kind)}{self.hints.did_you_mean(kind, self.kinds)}", pointer
            )
        return kind in self.kinds

    def check_lint_codes(self) -> None:
        """Find codes that there are not."""
        for code in self.document.lint:
            if code not in LINT_CODES:
                message = f"there is no lint code {quoted(code)}{self.hints.did_you_mean(code, LINT_CODES)}"
                self.report("unknown-lint-code", message, pointer_to(("lint", code)))

    def report(self, code: str, message: str, pointer: str, severity: Severity = Severity.ERROR) -> None:
        self.findings.add(Finding(code, message, self.where(pointer), pointer, severity))


@dataclass
class _Filling:
    """Replaces placeholders in one client's entry, and records whether that succeeded."""

    expansion: _Expansion
    matched: str
    pointer: str
    is_complete: bool = True

    def text(self, template: str, at: str) -> str:
        """Return the template with `${client}` replaced; anything else in `${}` is reported."""
        for unknown in {name for name, end in _PLACEHOLDER.findall(template) if end and name != "client"}:
            message = f"{quoted('${' + unknown + '}')} is not a placeholder: the map has only ${{client}}"
            self.fail("unknown-placeholder", message, at)
        return _PLACEHOLDER.sub(lambda found: self.matched if found[2] else found[0], template)

    def client_name(self, entry: ClientEntry) -> str:
        """Return the client's name: as written, or from the part that `*` matched."""
        name = self.text(entry.name or "${client}", "name") if entry.is_glob else self.matched
        if "${" in name or not re.search(NAME_PATTERN, name):
            at = "path" if entry.name is None else "name"
            self.fail("client-name", f"{quoted(name)} cannot be a client's name", at)
        return name

    def director(self, entry: ClientEntry) -> str:
        """Return the name of a Director that the map has."""
        known = self.expansion.document.directors
        if entry.director not in known:
            hint = self.expansion.hints.did_you_mean(entry.director, known)
            message = f"director {quoted(entry.director)} is not in `directors`{hint}"
            self.fail("unknown-director", message, "director")
        return entry.director

    def bases(self, entry: ClientEntry, folder: str) -> tuple[str, ...]:
        """Return the paths of the bases, which overlap neither each other nor the client's folder."""
        bases = [self.base(template, f"bases/{index}") for index, template in enumerate(entry.bases)]
        for index, problem in overlaps(bases, folder):
            self.fail("base-overlap", problem, f"bases/{index}")
        return tuple(bases)

    def base(self, template: str, at: str) -> str:
        """Return the path of a base that exists."""
        path = self.text(template, at).rstrip("/")
        if not is_base_path(path):
            self.fail("base-path", f"{quoted(path)} is not a folder below the map's folder", at)
        elif "${" not in path and not self.expansion.is_folder(path, f"{self.pointer}/{at}"):
            self.is_complete = False
        return path

    def variable(self, value: Variable, at: str) -> Variable:
        """Return the variable's value; only text can hold a placeholder."""
        return self.text(value, at) if isinstance(value, str) else value

    def external(self, entry: ClientEntry) -> Iterator[ResourceKey]:
        """Yield what the entry names as managed elsewhere."""
        for kind, names in entry.external.items():
            if not self.expansion.check_kind(kind, f"{self.pointer}/external/{kind}"):
                self.is_complete = False
            for index, name in enumerate(names):
                yield ResourceKey(kind, self.text(name, f"external/{kind}/{index}"))

    def fail(self, code: str, message: str, at: str) -> None:
        """Report a part of the entry that makes it unusable."""
        self.is_complete = False
        self.expansion.report(code, message, f"{self.pointer}/{at}")


def _limits(entry: ClientEntry) -> Limits:
    limits = entry.limits or LimitsEntry()
    return Limits(limits.max_deletes, limits.max_delete_percent, allow_repo_delete=entry.allow_repo_delete)
