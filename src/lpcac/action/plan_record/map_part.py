"""The map's part of a plan record: which values of guarded keys people were shown, signed.

It lists what differs from the values that were reviewed last, and nothing else: what a pull request does not change, it
does not show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from lpcac.action.plan_record.record import Origin, short
from lpcac.action.plan_record.signing import ReviewKey
from lpcac.core.digests import digest
from lpcac.core.json_values import Json
from lpcac.directory_map.guarded_map import ALL_CLIENTS, CLIENTS, GuardedMap

_VERSION: Final = 1
# Of clients that change; more of them are recorded as one, so that targets keep their room in the comment.
_MOST_CLIENTS: Final = 100


@dataclass(frozen=True)
class ShownValue:
    """A key whose value people were shown, both by their short digests: no name needs to be masked in a record."""

    key: str
    value: str

    @classmethod
    def of(cls, guarded: GuardedMap, key: str) -> Self:
        """Return the value that a key has."""
        return cls(short(digest(key)), short(guarded.digest_of(key)))


@dataclass(frozen=True)
class MapPart:
    """What was shown of a map.

    Arguments:
        signatures: one for each key that was at hand, by what that key is made of.
    """

    shown: tuple[ShownValue, ...]
    signatures: Mapping[str, str] = field(repr=False)

    def is_genuine(self, origin: Origin, keys: Mapping[str, ReviewKey]) -> bool:
        """Tell whether one of these keys signed it for this origin."""
        return bool(self.signers(origin, keys))

    def signers(self, origin: Origin, keys: Mapping[str, ReviewKey]) -> frozenset[str]:
        """Return which of these keys signed it for this origin, by what they are made of."""
        content = _content(origin, self.shown)
        signed = (name for name, key in keys.items() if key.has_signed(content, self.signatures.get(name, "")))
        return frozenset(signed)

    def value_of(self, key: str) -> str | None:
        """Return the short digest of what a key was shown to become; `None` where it was not shown."""
        name = short(digest(key))
        return next((each.value for each in self.shown if each.key == name), None)

    def shows(self, guarded: GuardedMap, key: str) -> bool | None:
        """Tell whether people were shown the value that a key has here; `None` where they were shown none."""
        for name in (key, ALL_CLIENTS) if key.startswith(CLIENTS) else (key,):
            if (value := self.value_of(name)) is not None:
                return value == short(guarded.digest_of(name))
        return None


@dataclass(frozen=True)
class MapChange:
    """What a pull request shows of its map, and the keys that sign it.

    Arguments:
        keys: by what they are made of.
    """

    shown: tuple[ShownValue, ...] = ()
    keys: Mapping[str, ReviewKey] = field(default_factory=dict)

    @classmethod
    def of(cls, guarded: GuardedMap, changed: Sequence[str], keys: Mapping[str, ReviewKey]) -> Self:
        """Return what is shown when these keys of a map change."""
        clients = [key for key in changed if key.startswith(CLIENTS)]
        others = [key for key in changed if not key.startswith(CLIENTS)]
        listed = clients if len(clients) <= _MOST_CLIENTS else [ALL_CLIENTS]
        return cls(tuple(ShownValue.of(guarded, key) for key in (*others, *listed)), keys)

    @property
    def is_recorded(self) -> bool:
        """Tell whether there is anything to record, and a key for it."""
        return bool(self.shown and self.keys)

    @property
    def digests(self) -> list[list[str]]:
        """Return what identifies all that is shown."""
        return sorted([each.key, each.value] for each in self.shown)

    def signed(self, origin: Origin) -> MapPart | None:
        """Return it for a record; `None` where there is nothing to show, or nothing to sign it with."""
        if not self.is_recorded:
            return None
        content = _content(origin, self.shown)
        return MapPart(self.shown, {name: key.sign(content) for name, key in self.keys.items()})


def _content(origin: Origin, shown: Sequence[ShownValue]) -> Json:
    return {"map": _VERSION, **origin.signed_fields, "values": [[each.key, each.value] for each in shown]}
