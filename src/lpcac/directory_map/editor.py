"""Edits clients' entries in the directory map; everything else, comments and layout included, is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lpcac.core.errors import InvalidConfigurationError, UsageError
from lpcac.core.files import FileEdit
from lpcac.core.json_values import Json
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.parser import WrittenMap
from lpcac.directory_map.schema import ClientEntry
from lpcac.yaml_editing.file_editor import CannotEditError, edited


@dataclass(frozen=True)
class EditableMap:
    """A directory map that is valid by itself, with the file it was read from."""

    name: str
    content: bytes
    written: WrittenMap

    def with_bases(self, client: str, bases: Sequence[str]) -> Json:
        """Return the client's entry with these bases appended.

        Raises:
            UsageError: the client has no entry of its own.

        """
        index = self._index(client)
        if index is None:
            names = ", ".join(quoted(base) for base in bases)
            message = (
                f"--patch-base: {quoted(self.name)} has no entry for client {quoted(client)} alone; the entry that "
                f"matches it does not name {names}: add it to that entry's bases, or add an entry for the client"
            )
            raise UsageError(message)
        return _with_key(self._entries[index], "bases", [*self._entries[index].get("bases", []), *bases])

    def edit(self, entries: Mapping[str, Json]) -> FileEdit:
        """Return the edit that writes each client's entry: replacing its old entry, or at the end.

        Raises:
            InvalidConfigurationError: the map's layout cannot be edited.

        """
        clients = list(self._entries)
        for name, entry in entries.items():
            index = self._index(name)
            if index is None:
                clients.append(entry)
            else:
                clients[index] = entry
        try:
            content = edited(self.content, {0: {**self.written.document.value, "clients": clients}})
        except CannotEditError as error:
            raise self.refusal(str(error)) from None
        return FileEdit(self.name, self.content, content)

    def refusal(self, reason: str) -> InvalidConfigurationError:
        """Return the error that the map cannot be edited."""
        message = f"{quoted(self.name)} cannot be edited ({reason}): write the client's entry by hand"
        return InvalidConfigurationError(message)

    @property
    def _entries(self) -> list[Json]:
        return self.written.document.value.get("clients") or []

    def _index(self, client: str) -> int | None:
        """Return the index of the first entry for this client alone: the one that is used."""
        entries = enumerate(self.written.model.clients)
        return next((index for index, entry in entries if not entry.is_glob and entry.name == client), None)


def _with_key(entry: Json, key: str, value: Any) -> Json:  # noqa: ANN401 - any plain value
    """Return the entry with a value; a new key goes in the order of the map's documentation."""
    if key in entry:
        return {**entry, key: value}
    order = list(ClientEntry.model_fields)
    ahead = set(order[: order.index(key)])
    place = max((place for place, known in enumerate(entry, 1) if known in ahead), default=0)
    items = list(entry.items())
    return dict([*items[:place], (key, value), *items[place:]])
