"""What each client claims: a name, folders and logpoints. Two clients cannot share them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from lpcac.core.findings import Severity
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import Client, DirectorEndpoint
from lpcac.directory_map.schema import ALL


class ClientFolders:
    """Clients' folders, which must not be nested; two entries may name the same folder for different logpoints."""

    def __init__(self) -> None:
        """Start without any."""
        self._folders: set[str] = set()
        self._holding: dict[str, str] = {}
        """Folder around clients' folders, to one of those."""

    def __contains__(self, folder: str) -> bool:
        """Tell whether this exact folder is a client's."""
        return folder in self._folders

    def add(self, folder: str) -> str | None:
        """Add a client's folder; return the other folder if the two are nested."""
        if folder in self:
            return None
        other = self.sharing(folder)
        if other is None:
            self._folders.add(folder)
            for around in _around(folder):
                self._holding.setdefault(around, folder)
        return other

    def sharing(self, folder: str) -> str | None:
        """Return a client's folder that is this one, is inside it, or contains it."""
        inside = self._holding.get(folder)
        return inside or next((each for each in (folder, *_around(folder)) if each in self), None)


def _around(folder: str) -> list[str]:
    return [str(each) for each in PurePosixPath(folder).parents]


@dataclass
class Claims:
    """What the clients so far have claimed."""

    directors: Mapping[str, DirectorEndpoint]
    clients: dict[str, Client] = field(default_factory=dict)
    folders: ClientFolders = field(default_factory=ClientFolders)
    logpoints: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    """For each Director's address and pool: logpoint, or "*", to the client's name."""

    def add(self, client: Client) -> tuple[str, str, Severity] | None:
        """Claim the client's name and logpoints; return (code, message, severity) if another client has them."""
        namesake = self.clients.get(client.name)
        if namesake is not None:
            return _namesakes(client, namesake)
        self.clients[client.name] = client
        claimed = self.logpoints.setdefault((self._address(client), client.pool), {})
        rival = _rival(client, claimed)
        if rival is not None:
            message = f"client {quoted(client.name)} claims a logpoint of pool {quoted(client.pool)} that client "
            return "logpoint-claimed-twice", f"{message}{quoted(rival)} already claims", Severity.ERROR
        claimed.update(dict.fromkeys(client.logpoints, client.name))
        return None

    def _address(self, client: Client) -> str:
        director = self.directors.get(client.director)
        return director.url if director else client.director


def _rival(client: Client, claimed: Mapping[str, str]) -> str | None:
    if client.logpoints == ALL:
        return next(iter(claimed.values()), None)
    return next((claimed[each] for each in (ALL, *client.logpoints) if each in claimed), None)


def _namesakes(client: Client, first: Client) -> tuple[str, str, Severity]:
    if client.path == first.path:
        message = f"client {quoted(client.name)} is already declared ({first.position}): this entry is never used"
        return "client-declared-twice", message, Severity.WARNING
    message = f"two clients are called {quoted(client.name)}: {quoted(client.path)} and {quoted(first.path)}"
    return "client-declared-twice", message, Severity.ERROR
