"""Loads the clients that the options select, from the work tree or from a commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lpcac.connectors.files.maps import find_map, load_map
from lpcac.connectors.files.reader import nearest_beside, read_files
from lpcac.connectors.git.repository import open_repository
from lpcac.core.errors import UsageError
from lpcac.core.files import ReadingBudget
from lpcac.core.findings import has_errors
from lpcac.core.resources import ResourceKey
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.affected_clients import Affected, affected_clients
from lpcac.directory_map.directory_map import Client, DirectoryMap, ad_hoc_client
from lpcac.directory_map.limits import Limits
from lpcac.kinds.registry import Registry
from lpcac.planning.targets.loaded_clients import Folder, declared_keys, load_client, merged_across_clients
from lpcac.workspace.client_files import Snapshot, library, snapshot_at, spare_base_findings
from lpcac.workspace.scope import Scope
from lpcac.workspace.target_options import TargetOptions, map_file_of, map_for_paths, place_of, places_of, require_paths


def load_scope(
    options: TargetOptions, registry: Registry, *, for_validation: bool = False, may_be_new: bool = False
) -> Scope:
    """Return the scope as of the work tree, and what Git owned as of `--owned-by`.

    Arguments:
        for_validation: also look at bases that no client uses.
        may_be_new: clients' folders need not exist yet.

    Raises:
        UsageError: the options contradict each other, or name something that does not exist.
    """
    if not may_be_new:
        require_paths(options)
    map_file = map_file_of(options)
    if map_file is None:
        scope = _ad_hoc_scope(options, registry)
        return replace(scope, owned=_ad_hoc_owned(options, registry, scope.clients[0].client))
    directory_map, findings = load_map(map_file, registry, new=options.clients if may_be_new else None)
    if directory_map is None:
        return Scope((), findings=tuple(findings))
    folder = map_file.parent
    if has_errors(findings) and not for_validation:
        # Report the map's errors first: a client may be missing because its entry has one.
        return Scope((), findings=tuple(findings), map_folder=folder)
    owner = _owned_snapshot(options.owned_by, registry, map_file) if options.owned_by else None
    before = owner.map if owner else None
    owned = {each.name: owner.owned(each.name) for each in before.clients} if owner and before else {}
    released = _released(before, directory_map, options)
    loader = library(folder, registry)
    chosen = _chosen(directory_map, options, folder, {each.client.name for each in released})
    scope = Scope(
        clients=merged_across_clients(map(loader.load, chosen)),
        owned=owned,
        directors=directory_map.directors,
        accept=directory_map.accept,
        findings=tuple(findings),
        map_folder=folder,
        map_file=map_file,
        before=before,
        released=released,
        others=_others(directory_map, chosen),
    )
    if for_validation and not options.clients and not options.paths:
        return replace(scope, spare_findings=spare_base_findings(directory_map, folder, loader, registry))
    return scope


def load_scope_for_drift(options: TargetOptions, registry: Registry, commit: str | None) -> Scope:
    """Return the scope as of a commit, without the clients that left the map since.

    Arguments:
        commit: from `--compare-with`; `None` for the work tree.

    Raises:
        UsageError: as `load_scope`; or not a Git repository, or no such commit, or no map in it.
    """
    if not commit:
        return load_scope(options, registry)
    map_file = map_file_of(options)
    if map_file is None:
        client = _ad_hoc_client(options, registry)
        files, unreadable = _read_at(commit, options.paths)
        return Scope((load_client(client, files, registry, unreadable),), map_folder=Path())
    held = snapshot_at(commit, registry, map_file)
    if held.map is None and not held.findings:
        message = f"commit {commit} has no {map_file.name}: name another commit with --compare-with"
        raise UsageError(message)
    scope = scope_at(held, options, map_file.parent)
    now, findings = load_map(map_file, registry) if map_file.is_file() else (None, [])
    if now is None or has_errors(findings):
        return scope
    released = _released(held.map, now, options)
    gone = {each.client.name for each in released}
    staying = tuple(loaded for loaded in scope.clients if loaded.client.name not in gone)
    return replace(scope, clients=staying, released=released)


def declared_at(
    options: TargetOptions, rev: str, registry: Registry, clients: Iterable[str]
) -> Mapping[str, frozenset[ResourceKey]]:
    """Return what each of these clients declares as of a commit, by the client's name.

    Raises:
        UsageError: not a Git repository, or no such commit.
    """
    map_file = map_file_of(options)
    if map_file is None:
        return _ad_hoc_owned(replace(options, owned_by=rev), registry, _ad_hoc_client(options, registry))
    held = snapshot_at(rev, registry, map_file)
    return {name: held.owned(name) for name in clients}


def scope_at(held: Snapshot, options: TargetOptions, folder: Path) -> Scope:
    """Return the scope as of a commit, independent of the work tree; empty without a map.

    Arguments:
        held: what the commit holds.
        folder: the map's, in the work tree.

    Raises:
        UsageError: the options name something that does not exist.
    """
    if held.map is None:
        return Scope((), findings=held.findings)
    clients = merged_across_clients(map(held.library.load, _chosen(held.map, options, folder)))
    others = _others(held.map, [each.client for each in clients])
    return Scope(clients, {}, held.map.directors, held.map.accept, held.findings, folder, others=others)


def load_for_validation(options: TargetOptions, registry: Registry) -> Scope:
    """Return the scope of the paths, or of the whole map if a path or the current folder holds one."""
    if options.map_file is None and len(options.paths) == 1:
        path = Path(options.paths[0])
        inside = path / "lpcac.yaml"
        if path.is_dir() and inside.is_file():
            return load_scope(replace(options, paths=(), map_file=str(inside)), registry, for_validation=True)
    whole = _map_that_changes(options, registry)
    if whole:
        return load_scope(replace(options, paths=(), map_file=str(whole)), registry, for_validation=True)
    if options.paths and options.map_file is None and map_for_paths(options.paths) is None:
        return _ad_hoc_scope(replace(options, pool="-", logpoints=("-",)), registry)
    return load_scope(options, registry, for_validation=True)


def _map_that_changes(options: TargetOptions, registry: Registry) -> Path | None:
    """Return the map of the paths if one of them is the map itself or one of its rules, which concern all clients."""
    found = find_map(Path(options.paths[0]).absolute()) if options.paths and options.map_file is None else None
    if found is None:
        return None
    directory_map, _ = load_map(found, registry)
    rules = [(found.parent / path).resolve() for path in directory_map.rules] if directory_map else []
    concerned = (found.resolve(), *rules)
    paths = [Path(path).resolve() for path in options.paths]
    is_concerned = any(each in (path, *path.parents) for each in concerned for path in paths if path.is_file())
    return found if is_concerned else None


def _chosen(
    directory_map: DirectoryMap, options: TargetOptions, folder: Path, released: Collection[str] = ()
) -> Sequence[Client]:
    """Return the map's clients that the options select.

    Arguments:
        released: names of clients that left the map; the options may still name them.
    """
    if options.external:
        message = "--external needs --pool: with a directory map, use the client's `external`"
        raise UsageError(message)
    names = [name for name in options.clients if name not in released]
    chosen = directory_map.select(names) if names or not options.clients else ()
    if options.paths:
        places = {client.name: places_of(client, folder) for client in chosen}
        every = frozenset().union(*places.values())
        wanted = set()
        for path in options.paths:
            place = place_of(path, every)
            if place is None:
                message = (
                    f"{quoted(path)} is not in a client's folder in {directory_map.file}"
                    f"{nearest_beside(path)}: name one, or use --client"
                )
                raise UsageError(message)
            wanted.add(place)
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
    if options.owned_by is None:
        return {}
    open_repository(options.paths[0]).require_whole_work_tree()
    files, unreadable = _read_at(options.owned_by, options.paths)
    return {client.name: declared_keys(files, registry, client, unreadable)}


def _read_at(rev: str, paths: Sequence[str]) -> Folder:
    repository = open_repository(paths[0])
    return repository.read_at(rev, [repository.relative(path) for path in paths], ReadingBudget())


def _released(before: DirectoryMap | None, now: DirectoryMap, options: TargetOptions) -> tuple[Affected, ...]:
    """Return the selected clients that left the map since; none if paths are given."""
    if before is None or options.paths:
        return ()
    return tuple(
        each
        for each in affected_clients((), before, now)
        if each.is_released and (not options.clients or each.client.name in options.clients)
    )


def _others(directory_map: DirectoryMap, chosen: Iterable[Client]) -> tuple[Client, ...]:
    names = {client.name for client in chosen}
    return tuple(client for client in directory_map.clients if client.name not in names)


def _owned_snapshot(rev: str, registry: Registry, map_file: Path) -> Snapshot:
    # What a sparse checkout leaves out would look as if it had been taken out of Git, and be deleted.
    open_repository(map_file).require_whole_work_tree()
    return snapshot_at(rev, registry, map_file)
