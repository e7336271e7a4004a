"""What a command is about: which clients, read from where, on which Directors. Reads files and Git, no network."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lpcac.client_files import library, library_at, map_at, owned_by_map, spare_base_findings
from lpcac.connectors.files import read_files
from lpcac.connectors.map_files import find_map, load_map, load_map_at
from lpcac.engine.affected import Affected, affected_clients
from lpcac.engine.directory_map import Acceptance, Client, Director, DirectoryMap, ad_hoc_client
from lpcac.engine.fleet_findings import unused_variables
from lpcac.engine.inert import quoted
from lpcac.engine.values import Finding, Limits, Ownership, ResourceKey, Severity
from lpcac.errors import InvalidConfigurationError, UsageError
from lpcac.kinds import Registry
from lpcac.redaction import Redactor
from lpcac.settings import Settings
from lpcac.target_options import TargetOptions, map_file_of, map_for_paths, places_of
from lpcac.usecases.loading import File, LoadedClient, declared_keys, load_client, told_together


@dataclass(frozen=True)
class Scope:
    """Every client that a command is about, with what Git declares and owned, and the Directors they live on.

    Arguments:
        directors: by the name that clients call them; none for ad-hoc clients, whose Director the settings name.
        findings: problems of the map itself.
        map_folder: what the map's own relative paths start from.
        map_file: the map of the work tree; `None` for ad-hoc clients, and for those of a commit.
        before: the map as of the base commit, where what Git owned is told by the map.
        released: clients that left the map since the base commit: nothing of theirs is deleted.
        spare_findings: problems of bases that no client uses.
    """

    clients: tuple[LoadedClient, ...]
    owned: Mapping[str, frozenset[ResourceKey]] = field(default_factory=dict)
    directors: Mapping[str, Director] = field(default_factory=dict)
    accept: tuple[Acceptance, ...] = ()
    findings: tuple[Finding, ...] = ()
    map_folder: Path = field(default_factory=Path)
    before: DirectoryMap | None = None
    released: tuple[Affected, ...] = ()
    spare_findings: tuple[Finding, ...] = ()
    map_file: Path | None = None

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Return everything wrong with the map, the clients' files and the bases, each once."""
        of_clients = [finding for client in self.clients for finding in client.findings]
        unused = unused_variables(client.for_fleet() for client in self.clients)
        return tuple(dict.fromkeys((*self.findings, *of_clients, *unused, *self.spare_findings)))

    @property
    def map_is_broken(self) -> bool:
        """Tell whether the map has errors, so that it cannot be known what the clients are."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def ownership(self, client: Client) -> Ownership:
        """Return what Git has a say in beyond what it declares, on the logpoints that the client had before."""
        return Ownership(self.owned.get(client.name, frozenset()), client.prune)

    def owned_on(self, client: Client) -> Client | None:
        """Return the client as the base commit's map had it: Git owns nothing on logpoints that it did not name.

        `None` for an ad-hoc client, and when the client was new or lived on another Director: nothing tells then.
        """
        was = next((each for each in self.before.clients if each.name == client.name), None) if self.before else None
        if was is None or self.before is None:
            return None
        then, now = self.before.directors.get(was.director), self.directors.get(client.director)
        return was if then and now and then.url == now.url else replace(was, logpoints=())


def hide_secrets(scope: Scope, settings: Settings, redactor: Redactor) -> None:
    """Have every secret that the settings or the map's variables hold masked, whether it is going to be used or not."""
    for secret in (settings.director_token, settings.director_secret_key):
        redactor.hide(secret.get_secret_value() if secret else None)
    for director in scope.directors.values():
        for variable in filter(None, (director.token_env, director.secret_key_env)):
            redactor.hide(settings.environ.get(variable, "").strip())


def load_scope(
    options: TargetOptions, registry: Registry, *, for_validation: bool = False, may_be_new: bool = False
) -> Scope:
    """Return the scope as of the work tree, and what Git owned as of `--base`.

    Arguments:
        for_validation: also look at bases that no client uses.
        may_be_new: clients' folders need not exist yet.

    Raises:
        UsageError: the options contradict each other, or name what is not there.
    """
    map_file = map_file_of(options)
    if map_file is None:
        scope = _ad_hoc_scope(options, registry)
        return replace(scope, owned=_ad_hoc_owned(options, registry, scope.clients[0].client))
    directory_map, findings = load_map(map_file, registry, new=options.clients if may_be_new else None)
    if directory_map is None:
        return Scope((), findings=tuple(findings))
    folder = map_file.parent
    if any(finding.severity is Severity.ERROR for finding in findings) and not for_validation:
        # Not to deny a client whose entry is among what is wrong: the map comes first.
        return Scope((), findings=tuple(findings), map_folder=folder)
    before, owned = owned_by_map(options.base, registry, map_file) if options.base else (None, {})
    released = _released(before, directory_map, options)
    loader = library(folder, registry)
    chosen = _chosen(directory_map, options, folder, {each.client.name for each in released})
    scope = Scope(
        clients=told_together(map(loader.load, chosen)),
        owned=owned,
        directors=directory_map.directors,
        accept=directory_map.accept,
        findings=tuple(findings),
        map_folder=folder,
        map_file=map_file,
        before=before,
        released=released,
    )
    if for_validation and not options.clients and not options.paths:
        return replace(scope, spare_findings=spare_base_findings(directory_map, folder, loader, registry))
    return scope


def load_scope_at(options: TargetOptions, rev: str, registry: Registry) -> Scope:
    """Return the scope as of a commit, whatever the work tree holds.

    Raises:
        UsageError: not a Git repository, no such commit, or the options name what is not there.
    """
    from lpcac.connectors.git import open_repository  # noqa: PLC0415 - imports GitPython

    map_file = map_file_of(options)
    if map_file is None:
        client = _ad_hoc_client(options, registry)
        files = _files_at(rev, options.paths)
        return Scope((load_client(client, files, registry),), map_folder=Path())
    repository = open_repository(map_file)
    name = repository.relative(map_file)
    directory_map, findings = load_map_at(repository, rev, name, registry)
    if directory_map is None:
        if not findings:
            message = f"commit {rev} has no {name}: name an older or newer one with --base"
            raise UsageError(message)
        return Scope((), findings=tuple(findings))
    chosen = _chosen(directory_map, options, map_file.parent)
    loader = library_at(repository, rev, Path(name).parent.as_posix(), chosen, registry)
    clients = told_together(map(loader.load, chosen))
    return Scope(clients, {}, directory_map.directors, directory_map.accept, tuple(findings), map_file.parent)


def load_scope_for_drift(options: TargetOptions, registry: Registry) -> Scope:
    """Return the scope as of `--base`, without the clients that left the map since; else as of the work tree.

    Raises:
        UsageError: as `load_scope` and `load_scope_at`.
    """
    if not options.base:
        return load_scope(options, registry)
    scope = load_scope_at(options, options.base, registry)
    map_file = map_file_of(options)
    now, findings = load_map(map_file, registry) if map_file and map_file.is_file() else (None, [])
    if map_file is None or now is None or any(finding.severity is Severity.ERROR for finding in findings):
        return scope
    before, _ = map_at(options.base, registry, map_file)
    released = _released(before, now, options)
    gone = {each.client.name for each in released}
    staying = tuple(loaded for loaded in scope.clients if loaded.client.name not in gone)
    return replace(scope, clients=staying, released=released)


def affected_since(options: TargetOptions, base: str, registry: Registry) -> tuple[Affected, ...]:
    """Return the clients whose plan the checked-out commit can alter, compared with where it left the base commit.

    Raises:
        InvalidConfigurationError: the map has errors, so that it cannot be known what the clients are.
        UsageError: no map, not a Git repository, or no such commit.
    """
    from lpcac.connectors.git import open_repository  # noqa: PLC0415 - imports GitPython

    if not options.names_a_target and find_map(Path()) is None:
        # A repository that has no map, or not any more, has no clients that a change could concern.
        return ()
    map_file = map_file_of(options)
    if map_file is None:
        message = "--changed needs a directory map: name one with --map"
        raise UsageError(message)
    repository = open_repository(map_file)
    name, head = repository.relative(map_file), repository.head()
    since = repository.merge_base(base, head)
    branch, *merged = repository.parents(head) or [since]
    if merged and repository.is_ancestor(since, branch):
        # A test merge: what it brings to the branch is what it is about, whatever the branch got since.
        since = branch
    after, findings = load_map_at(repository, head, name, registry)
    if any(finding.severity is Severity.ERROR for finding in findings):
        message = f"{quoted(name)} has errors, so it cannot be known what the clients are: run lpcac validate"
        raise InvalidConfigurationError(message)
    before, _ = load_map_at(repository, since, name, registry)
    return affected_clients(repository.changed_files(since, head), before, after, name)


def load_for_validation(options: TargetOptions, registry: Registry) -> Scope:
    """Return the scope of the paths by themselves, or of the whole map that they, or the current folder, hold."""
    if options.map_file is None and len(options.paths) == 1:
        path = Path(options.paths[0])
        inside = path / "lpcac.yaml"
        if path.is_dir() and inside.is_file():
            return load_scope(replace(options, paths=(), map_file=str(inside)), registry, for_validation=True)
    if options.paths and options.map_file is None and map_for_paths(options.paths) is None:
        return _ad_hoc_scope(replace(options, pool="-", logpoints=("-",)), registry)
    return load_scope(options, registry, for_validation=True)


def _chosen(
    directory_map: DirectoryMap, options: TargetOptions, folder: Path, released: Collection[str] = ()
) -> Sequence[Client]:
    """Return the map's clients that the options mean.

    Arguments:
        released: names of clients that left the map, which the options may name all the same.
    """
    if options.external:
        message = "--external goes with --pool: in a directory map it is each client's `external`"
        raise UsageError(message)
    names = [name for name in options.clients if name not in released]
    chosen = directory_map.select(names) if names or not options.clients else ()
    if options.paths:
        places = {client.name: places_of(client, folder) for client in chosen}
        for path in options.paths:
            if not any(Path(path).resolve() in each for each in places.values()):
                message = f"{quoted(path)} is no folder of a client of {directory_map.file}: name one, or use --client"
                raise UsageError(message)
        wanted = {Path(path).resolve() for path in options.paths}
        chosen = tuple(client for client in chosen if places[client.name] & wanted)
    return tuple(
        replace(client, prune=client.prune or options.prune, limits=_limits(client.limits, options))
        for client in chosen
    )


def _limits(limits: Limits, options: TargetOptions) -> Limits:
    return replace(
        limits,
        max_deletes=limits.max_deletes if options.max_deletes is None else options.max_deletes,
        max_delete_percent=(
            limits.max_delete_percent if options.max_delete_percent is None else options.max_delete_percent
        ),
        allow_repo_delete=limits.allow_repo_delete or options.allow_repo_delete,
    )


def _ad_hoc_client(options: TargetOptions, registry: Registry) -> Client:
    client = ad_hoc_client(
        str(Path(options.paths[0]).absolute()),
        pool=options.pool or "",
        logpoints=options.logpoints,
        registry=registry,
        external=options.external,
        prune=options.prune,
        allow_repo_delete=options.allow_repo_delete,
    )
    return replace(client, limits=_limits(client.limits, options))


def _ad_hoc_scope(options: TargetOptions, registry: Registry) -> Scope:
    read = read_files(options.paths)
    return Scope((load_client(_ad_hoc_client(options, registry), read.files, registry, read.findings),))


def _ad_hoc_owned(options: TargetOptions, registry: Registry, client: Client) -> Mapping[str, frozenset[ResourceKey]]:
    if options.base is None:
        return {}
    return {client.name: declared_keys(_files_at(options.base, options.paths), registry, client)}


def _files_at(rev: str, paths: Sequence[str]) -> Iterator[File]:
    from lpcac.connectors.git import open_repository  # noqa: PLC0415 - imports GitPython

    repository = open_repository(paths[0])
    return iter(repository.files_at(rev, [repository.relative(path) for path in paths]))


def _released(before: DirectoryMap | None, now: DirectoryMap, options: TargetOptions) -> tuple[Affected, ...]:
    """Return the clients that left the map since, of those that are asked about; a path asks about none of them."""
    if before is None or options.paths:
        return ()
    return tuple(
        each
        for each in affected_clients((), before, now)
        if each.is_released and (not options.clients or each.client.name in options.clients)
    )
