"""What an inventory is about: whole Directors, or the logpoints of clients. No client's files are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from lpcac.connectors.files.maps import find_map, load_map
from lpcac.core.environment import URL_VARIABLE, Settings
from lpcac.core.errors import UsageError
from lpcac.core.resources import Desired
from lpcac.directory_map.directory_map import Client, ad_hoc_client
from lpcac.kinds.registry import Registry
from lpcac.planning.targets.loaded_clients import LoadedClient
from lpcac.workspace.scope import Scope
from lpcac.workspace.target_options import TargetOptions


def inventory_scope(options: TargetOptions, settings: Settings, registry: Registry) -> Scope:
    """Return a scope with the clients whose logpoints are meant; with none for each Director, all of it is meant.

    Without any option the Director is the settings', or those of the map in the folder.

    Raises:
        UsageError: the options contradict each other, or name something that does not exist.
    """
    is_ad_hoc = bool(options.pool or options.logpoints)
    if is_ad_hoc and (options.map_file or options.clients):
        message = "--pool and --logpoint cannot be combined with --map or --client: the map names the targets"
        raise UsageError(message)
    if is_ad_hoc:
        return Scope((_unread(_ad_hoc(options, registry)),))
    map_file = _map_file(options, settings)
    if map_file is None:
        return Scope((_unread(_whole("")),))
    directory_map, findings = load_map(map_file, registry)
    if directory_map is None:
        return Scope((), findings=tuple(findings), map_folder=map_file.parent)
    chosen: Iterable[Client] = map(_whole, sorted(directory_map.directors))
    if options.clients:
        chosen = directory_map.select(options.clients)
    return Scope(
        tuple(_unread(client) for client in chosen),
        directors=directory_map.directors,
        findings=tuple(findings),
        map_folder=map_file.parent,
        map_file=map_file,
    )


def _map_file(options: TargetOptions, settings: Settings) -> Path | None:
    if options.map_file is not None:
        return Path(options.map_file)
    found = find_map(Path()) if options.clients or settings.director_url is None else None
    if found is None and options.clients:
        message = "--client needs a directory map: name it with --map"
        raise UsageError(message)
    if found is None and settings.director_url is None:
        message = f"no Director: put its address into {URL_VARIABLE}, https://HOST, or name a directory map with --map"
        raise UsageError(message)
    return found


def _ad_hoc(options: TargetOptions, registry: Registry) -> Client:
    if options.pool is None:
        message = "--logpoint needs --pool: name the pool that the logpoint belongs to"
        raise UsageError(message)
    logpoints = options.logpoints or ("*",)
    client = ad_hoc_client(str(Path().absolute()), pool=options.pool, logpoints=logpoints, registry=registry)
    # There are no files to name a client after.
    return replace(client, name="")


def _whole(director: str) -> Client:
    """Return a client without logpoints, which means all of a Director."""
    return Client(director, "", director, "", ())


def _unread(client: Client) -> LoadedClient:
    return LoadedClient(client, Desired({}))
