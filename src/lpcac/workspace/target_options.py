"""The options that select targets, and the directory map they select."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from lpcac.connectors.files.maps import find_map, load_map
from lpcac.connectors.files.reader import nearest_beside
from lpcac.core.errors import UsageError
from lpcac.core.findings import has_errors
from lpcac.core.json_values import Json
from lpcac.core.text.enumeration import listed
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import MAP_NAME, Client


@dataclass(frozen=True)
class TargetOptions:
    """The options that select targets: either paths with a pool, or a map."""

    paths: tuple[str, ...] = ()
    pool: str | None = None
    logpoints: tuple[str, ...] = ()
    map_file: str | None = None
    clients: tuple[str, ...] = ()
    owned_by: str | None = None
    prune: bool = False
    allow_repo_delete: bool = False
    external: tuple[str, ...] = ()
    max_deletes: int | None = None
    max_delete_percent: int | None = None

    @property
    def names_a_target(self) -> bool:
        """Tell whether an option selects targets."""
        return bool(self.paths or self.pool or self.logpoints or self.map_file or self.clients)

    def as_json(self) -> Json:
        """Return the options for the plan file; an apply of it must give the same."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in vars(self).items()
            if value not in (None, ()) and value is not False
        }


def map_file_of(options: TargetOptions) -> Path | None:
    """Return the map that the options select, or `None` for an ad-hoc target.

    Raises:
        UsageError: the options contradict each other, or select no target.

    """
    if options.map_file is not None:
        if options.pool or options.logpoints:
            message = "--map cannot be combined with --pool or --logpoint: the map names the targets"
            raise UsageError(message)
        return Path(options.map_file)
    if options.pool or options.logpoints:
        if options.clients:
            message = "--client needs --map: name an ad-hoc target with --pool and --logpoint"
            raise UsageError(message)
        if not options.paths:
            message = "an ad-hoc target needs a PATH with its YAML files"
            raise UsageError(message)
        return None
    # A map with errors comes first: they may be why it does not have the path.
    found = map_for_paths(options.paths) or _broken_map(options.paths) if options.paths else find_map(Path())
    if found is None:
        raise UsageError(_why_no_target(options.paths))
    return found


def require_paths(options: TargetOptions) -> None:
    """Do nothing if every path exists that selects a client of a map.

    Raises:
        UsageError: there is not; the message names what may have been meant.
    """
    for path in () if options.pool or options.map_file else options.paths:
        if not Path(path).exists():
            message = f"there is no file or folder {quoted(path)}{nearest_beside(path)}"
            raise UsageError(message)


def _why_no_target(paths: Sequence[str]) -> str:
    """Return why paths, or none, select no target, and what to add."""
    if not paths:
        return f"no target: there is no {MAP_NAME} here or above; name a map with --map, or files, or run lpcac init"
    shown = listed([quoted(path) for path in paths])
    if any(path.endswith(".json") for path in paths):
        return f"{shown} holds no resources: for a file of plan --out, use lpcac apply --plan FILE"
    above = _map_above(paths)
    where = f"is in no client's folder and no base of {quoted(above.name)}" if above else "says what, but not where"
    return f"no target: {shown} {where}; add --pool and --logpoint, or name a client of a directory map"


def map_for_paths(paths: Sequence[str]) -> Path | None:
    """Return the map that has every path as the folder of a client or of a base, or within one."""
    found = _map_above(paths)
    return found if found and _names(found, paths) else None


def _broken_map(paths: Sequence[str]) -> Path | None:
    """Return the map above every path if it has errors, so that its paths are unknown."""
    from lpcac.models import registry  # noqa: PLC0415 - only for this question

    found = _map_above(paths)
    findings = load_map(found, registry())[1] if found else ()
    return found if has_errors(findings) else None


def _map_above(paths: Sequence[str]) -> Path | None:
    """Return the nearest map above every path; none above no path."""
    if not paths:
        return None
    found = find_map(Path(paths[0]).absolute())
    return found if found and all(_is_below(Path(path), found.parent) for path in paths) else None


def _is_below(path: Path, folder: Path) -> bool:
    return folder.resolve() in path.resolve().parents


def _names(map_file: Path, paths: Sequence[str]) -> bool:
    from lpcac.models import registry  # noqa: PLC0415 - only for this question

    directory_map, _ = load_map(map_file, registry())
    if directory_map is None:
        return False
    folders = {place for client in directory_map.clients for place in places_of(client, map_file.parent)}
    return all(place_of(path, folders) for path in paths)


def place_of(path: str, folders: Collection[Path]) -> Path | None:
    """Return the one of the folders that the path is, or the closest one that it lies in.

    Arguments:
        folders: resolved.
    """
    resolved = Path(path).resolve()
    return next((place for place in (resolved, *resolved.parents) if place in folders), None)


def places_of(client: Client, folder: Path) -> set[Path]:
    """Return the folders that name the client on the command line: its own and its bases."""
    return {(folder / path).resolve() for path in (client.path, *client.bases)}
