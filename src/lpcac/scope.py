"""What a command is about: which clients, read from where, on which Directors. Reads files and Git, no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lpcac.connectors.files import read_files
from lpcac.connectors.map_files import find_map, load_map, load_map_at
from lpcac.engine.directory_map import Acceptance, Client, Director, DirectoryMap, ad_hoc_client
from lpcac.engine.values import Finding, Limits, Ownership, ResourceKey, Severity
from lpcac.errors import UsageError
from lpcac.kinds import Json, Registry
from lpcac.usecases.loading import File, LoadedClient, declared_keys, load_client


@dataclass(frozen=True)
class TargetOptions:
    """What the command line says about targets; either paths with a pool, or a map."""

    paths: tuple[str, ...] = ()
    pool: str | None = None
    logpoints: tuple[str, ...] = ()
    map_file: str | None = None
    clients: tuple[str, ...] = ()
    base: str | None = None
    prune: bool = False
    allow_repo_delete: bool = False
    external: tuple[str, ...] = ()
    max_deletes: int | None = None
    max_delete_percent: int | None = None

    @property
    def names_a_target(self) -> bool:
        """Tell whether anything says which targets are meant."""
        return bool(self.paths or self.pool or self.logpoints or self.map_file or self.clients)

    def as_json(self) -> Json:
        """Return what was said, for the plan file: enough to plan the same again from the same folder."""
        return {
            name: list(v) if isinstance(v, tuple) else v for name, v in vars(self).items() if v not in (None, (), False)
        }

    @classmethod
    def from_json(cls, inputs: Mapping[str, object]) -> TargetOptions:
        """Return what a plan file's inputs say; unknown keys are left out."""
        known = {name: value for name, value in inputs.items() if name in cls.__dataclass_fields__}
        return cls(**{name: tuple(v) if isinstance(v, list) else v for name, v in known.items()})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Scope:
    """Every client that a command is about, with what Git declares and owned, and the Directors they live on.

    Arguments:
        directors: by the name that clients call them; none for ad-hoc clients, whose Director the settings name.
        findings: problems of the map itself.
        map_folder: what the map's own relative paths start from.
    """

    clients: tuple[LoadedClient, ...]
    owned: Mapping[str, frozenset[ResourceKey]] = field(default_factory=dict)
    directors: Mapping[str, Director] = field(default_factory=dict)
    accept: tuple[Acceptance, ...] = ()
    findings: tuple[Finding, ...] = ()
    map_folder: Path = field(default_factory=Path)

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Return everything wrong with the map and the clients' files, each once."""
        return tuple(dict.fromkeys((*self.findings, *(f for client in self.clients for f in client.findings))))

    @property
    def map_is_broken(self) -> bool:
        """Tell whether the map has errors, so that it cannot be known what the clients are."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def ownership(self, client: Client) -> Ownership:
        """Return what Git has a say in beyond what it declares."""
        return Ownership(self.owned.get(client.name, frozenset()), client.prune)


def load_scope(options: TargetOptions, registry: Registry) -> Scope:
    """Return the scope as of the work tree, and what Git owned as of `--base`.

    Raises:
        UsageError: the options contradict each other, or name what is not there.
    """
    map_file = _map_file(options)
    if map_file is None:
        scope = _ad_hoc_scope(options, registry)
        return replace(scope, owned=_ad_hoc_owned(options, registry, scope.clients[0].client))
    directory_map, findings = load_map(map_file, registry)
    if directory_map is None:
        return Scope((), findings=tuple(findings))
    folder = map_file.parent
    chosen = _chosen(directory_map, options, folder)
    clients = tuple(_load(client, [_below(folder, client)], registry) for client in chosen)
    owned = _owned_by_map(options, registry, map_file) if options.base else {}
    return Scope(clients, owned, directory_map.directors, directory_map.accept, tuple(findings), folder)


def load_scope_at(options: TargetOptions, rev: str, registry: Registry) -> Scope:
    """Return the scope as of a commit, whatever the work tree holds.

    Raises:
        UsageError: not a Git repository, no such commit, or the options name what is not there.
    """
    from lpcac.connectors.git import open_repository  # noqa: PLC0415 - imports GitPython

    map_file = _map_file(options)
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
    folder = Path(name).parent
    chosen = _chosen(directory_map, options, map_file.parent)
    clients = tuple(
        load_client(client, repository.files_at(rev, [(folder / client.path).as_posix()]), registry)
        for client in chosen
    )
    return Scope(clients, {}, directory_map.directors, directory_map.accept, tuple(findings), map_file.parent)


def load_for_validation(options: TargetOptions, registry: Registry) -> Scope:
    """Return the scope of the paths by themselves, or of the whole map that they, or the current folder, hold."""
    if options.map_file is None and len(options.paths) == 1:
        path = Path(options.paths[0])
        inside = path / "lpcac.yaml"
        if path.is_dir() and inside.is_file():
            return load_scope(replace(options, paths=(), map_file=str(inside)), registry)
    if options.paths and options.map_file is None and _map_for_paths(options.paths) is None:
        return _ad_hoc_scope(replace(options, pool="-", logpoints=("-",)), registry)
    return load_scope(options, registry)


def _map_file(options: TargetOptions) -> Path | None:
    """Return the map that the options mean, or `None` for an ad-hoc target."""
    if options.map_file is not None:
        if options.pool or options.logpoints:
            message = "--map and --pool/--logpoint exclude each other: the map names the targets"
            raise UsageError(message)
        return Path(options.map_file)
    if options.pool or options.logpoints:
        if options.clients:
            message = "--client goes with --map: an ad-hoc target is named by --pool and --logpoint"
            raise UsageError(message)
        if not options.paths:
            message = "an ad-hoc target needs a PATH with its YAML files"
            raise UsageError(message)
        return None
    found = _map_for_paths(options.paths) if options.paths else find_map(Path())
    if found is None:
        message = "no target: give a PATH with --pool and --logpoint, or a directory map with --map"
        raise UsageError(message)
    return found


def _map_for_paths(paths: Sequence[str]) -> Path | None:
    """Return the map that has every path as a client's folder."""
    found = find_map(Path(paths[0]).absolute())
    return (
        found if found and all(_is_below(Path(path), found.parent) for path in paths) and _names(found, paths) else None
    )


def _is_below(path: Path, folder: Path) -> bool:
    return folder.resolve() in path.resolve().parents


def _names(map_file: Path, paths: Sequence[str]) -> bool:
    from lpcac.models import registry  # noqa: PLC0415 - only for this question

    directory_map, _ = load_map(map_file, registry())
    if directory_map is None:
        return False
    folders = {(map_file.parent / client.path).resolve() for client in directory_map.clients}
    return all(Path(path).resolve() in folders for path in paths)


def _chosen(directory_map: DirectoryMap, options: TargetOptions, folder: Path) -> Sequence[Client]:
    chosen = directory_map.select(options.clients)
    if options.paths:
        wanted = {Path(path).resolve() for path in options.paths}
        chosen = tuple(client for client in chosen if (folder / client.path).resolve() in wanted)
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
    return Scope((_load(_ad_hoc_client(options, registry), options.paths, registry),))


def _load(client: Client, paths: Sequence[str | Path], registry: Registry) -> LoadedClient:
    read = read_files(paths)
    return load_client(client, read.files, registry, read.findings)


def _below(folder: Path, client: Client) -> Path:
    return folder / client.path


def _ad_hoc_owned(options: TargetOptions, registry: Registry, client: Client) -> Mapping[str, frozenset[ResourceKey]]:
    if options.base is None:
        return {}
    return {client.name: declared_keys(_files_at(options.base, options.paths), registry)}


def _files_at(rev: str, paths: Sequence[str]) -> Iterator[File]:
    from lpcac.connectors.git import open_repository  # noqa: PLC0415 - imports GitPython

    repository = open_repository(paths[0])
    return iter(repository.files_at(rev, [repository.relative(path) for path in paths]))


def _owned_by_map(options: TargetOptions, registry: Registry, map_file: Path) -> Mapping[str, frozenset[ResourceKey]]:
    """Return for each client what its folder declared at the base commit, by the map of that commit."""
    from lpcac.connectors.git import open_repository  # noqa: PLC0415 - imports GitPython

    base = options.base or ""
    repository = open_repository(map_file)
    name = repository.relative(map_file)
    before, _ = load_map_at(repository, base, name, registry)
    folder = Path(name).parent
    return {
        client.name: declared_keys(repository.files_at(base, [(folder / client.path).as_posix()]), registry)
        for client in (before.clients if before else ())
    }
