"""Which clients a set of changed files affects, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import PurePosixPath

from lpcac.core.files import ChangedFile
from lpcac.core.json_values import same_json
from lpcac.directory_map.directory_map import MAP_NAME, Client, DirectoryMap
from lpcac.directory_map.schema import ALL
from lpcac.documents.folder_entries import is_yaml


class Cause(StrEnum):
    """Why a client is affected."""

    ADDED = "added"
    RENAMED = "renamed"
    RELEASED = "released"
    ENTRY = "entry"
    DIRECTOR = "director"
    FOLDER = "folder"
    BASE = "base"
    REVIEWED = "reviewed"


@dataclass(frozen=True)
class Reason:
    """A cause with its description."""

    cause: Cause
    detail: str

    def __str__(self) -> str:
        """Return the description."""
        return self.detail


@dataclass(frozen=True)
class Affected:
    """A client that a change affects: as it is in the map, or was if it is released.

    Arguments:
        was: as it was in the map before, if it was.
    """

    client: Client
    reasons: tuple[Reason, ...]
    was: Client | None = None

    @property
    def left(self) -> str:
        """Return a description of the logpoints that the client no longer covers; empty if it keeps all."""
        was, now = self.was, self.client
        if was is None or self.is_released:
            return ""
        if (was.director, was.pool) != (now.director, now.pool):
            return f'pool "{was.pool}", unless it was only renamed'
        if ALL in (was.logpoints, now.logpoints):
            return "" if now.logpoints == ALL else "the logpoints that it no longer names"
        return ", ".join(f'logpoint "{name}"' for name in was.logpoints if name not in now.logpoints)

    @property
    def is_released(self) -> bool:
        """Tell whether the client left the map: its objects stay, unmanaged."""
        return any(reason.cause is Cause.RELEASED for reason in self.reasons)

    def __str__(self) -> str:
        """Return the client with every reason, in one line."""
        return f"{self.client.name}: {'; '.join(map(str, self.reasons))}"


def affected_clients(
    changed: Iterable[ChangedFile],
    before: DirectoryMap | None,
    after: DirectoryMap | None,
    map_file: str = MAP_NAME,
) -> tuple[Affected, ...]:
    """Return every client whose plan the change can alter, by name; each with all reasons.

    Arguments:
        changed: names relative to the repository, with forward slashes.
        before: the map as of the older commit, `None` when there was none.
        after: the map as of the newer commit, `None` when there is none.
        map_file: the map's name relative to the repository.

    """
    was = {client.name: client for client in before.clients} if before else {}
    now = {client.name: client for client in after.clients} if after else {}
    files = _relative(changed, str(PurePosixPath(map_file).parent))
    renamed = _renamed(was, now)
    found = [Affected(was[name], (_released(name, renamed),)) for name in was if name not in now]
    for name, client in now.items():
        reasons = [
            *_map_reasons(was.get(name), client, renamed),
            *_director_reasons(client.director, before, after),
            *_file_reasons(client, files),
        ]
        if reasons:
            found.append(Affected(client, tuple(reasons), was.get(name)))
    return tuple(sorted(found, key=lambda each: each.client.name))


def _relative(changed: Iterable[ChangedFile], folder: str) -> tuple[frozenset[str], ...]:
    """Return for each file its names relative to the map's folder, without names that lpcac does not read."""
    prefix = "" if folder == "." else f"{folder}/"
    below = ([name.removeprefix(prefix) for name in each.names if name.startswith(prefix)] for each in changed)
    return tuple(frozenset(filter(_is_read, names)) for names in below)


def _is_read(name: str) -> bool:
    path = PurePosixPath(name)
    # What has no ending may be a link or a submodule, each of which is an error. Tests read sample events next to them.
    is_wanted = is_yaml(path.name) or not path.suffix or path.suffix == ".jsonl"
    return is_wanted and not any(part.startswith(".") for part in path.parts)


def _renamed(was: dict[str, Client], now: dict[str, Client]) -> dict[str, str]:
    """Return the old name, by new name, of each client that has the logpoints of one that left the map."""
    left = {_place(client): name for name, client in was.items() if name not in now}
    came = {_place(client): name for name, client in now.items() if name not in was}
    return {name: left[place] for place, name in came.items() if place in left}


def _place(client: Client) -> tuple[str, str, tuple[str, ...]]:
    return client.director, client.pool, tuple(sorted(client.logpoints))


def _released(name: str, renamed: dict[str, str]) -> Reason:
    successor = next((new for new, old in renamed.items() if old == name), None)
    follows = f'; its logpoints are now client "{successor}"' if successor else ""
    return Reason(Cause.RELEASED, f"left the map: nothing is deleted{follows}")


def _map_reasons(was: Client | None, client: Client, renamed: dict[str, str]) -> Iterator[Reason]:
    if was is not None:
        changed = [each.name for each in fields(Client) if each.compare and _differs(was, client, each.name)]
        if changed:
            yield Reason(Cause.ENTRY, f"its entry in the map changed: {', '.join(changed)}")
    elif client.name in renamed:
        yield Reason(Cause.RENAMED, f'was client "{renamed[client.name]}"')
    else:
        yield Reason(Cause.ADDED, "is new in the map")


def _differs(was: Client, now: Client, name: str) -> bool:
    return not same_json(getattr(was, name), getattr(now, name))


def _director_reasons(name: str, before: DirectoryMap | None, after: DirectoryMap | None) -> Iterator[Reason]:
    was = before.directors.get(name) if before else None
    now = after.directors.get(name) if after else None
    if was is not None and was != now:
        yield Reason(Cause.DIRECTOR, f'director "{name}" changed in the map')


def _file_reasons(client: Client, files: Collection[frozenset[str]]) -> Iterator[Reason]:
    own = _below(client.path, files)
    if own:
        yield Reason(Cause.FOLDER, f"{_files(own)} changed in {client.path}")
    for base in client.bases:
        shared = _below(base, files)
        if shared:
            yield Reason(Cause.BASE, f"{_files(shared)} changed in base {base}")


def _below(folder: str, files: Collection[frozenset[str]]) -> int:
    return sum(any(name.startswith(f"{folder}/") for name in names) for names in files)


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"
