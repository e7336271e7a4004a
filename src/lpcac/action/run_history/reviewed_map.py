"""The values of a map that were reviewed last, as runs keep them in deployments: signed, numbered, the newest counts.

A signed number says which of two is newer, whatever their order in the list: recording a copy of an old one again does
not make it the newest. Each says up to which deployment its writer had read, so that a reader knows how far to go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from lpcac.action.plan_record.signing import ReviewKey
from lpcac.action.run_history.deployments.parts import Whole
from lpcac.core.json_values import Json
from lpcac.directory_map.directory_map import DirectorEndpoint
from lpcac.directory_map.guarded_map import SETTINGS, GuardedMap, usable

KIND: Final = "lpcac:map"
_VERSION: Final = 1
KeysOf = Callable[[Iterable[DirectorEndpoint]], Mapping[str, ReviewKey]]
"""Gives the keys of these Directors, by what they are made of."""


@dataclass(frozen=True)
class ReviewedMap:
    """The guarded values of one scope's map as they were reviewed.

    Arguments:
        number: higher than that of every earlier one.
        commit: up to which the branch was looked at.
        read_to: id of the newest deployment that its writer knew of.
        order: id of the deployment with its first part; 0 as long as it is not recorded.
        recorded: when GitHub got that; `None` as long as it did not.
        used: when the last pull request may have been merged that was looked at on a branch that is gone since; `None`
            where none is.
    """

    repository: str
    scope: str
    number: int
    commit: str
    read_to: int
    guarded: GuardedMap
    signatures: Mapping[str, str] = field(default_factory=dict, repr=False)
    order: int = 0
    recorded: datetime | None = None
    used: datetime | None = None

    def document(self, keys: KeysOf) -> Json:
        """Return it as a document, signed with the key of every Director that it names."""
        content = self._content()
        signatures = {name: key.sign(content) for name, key in keys(self.guarded.directors.values()).items()}
        return {"kind": KIND, **content, "signatures": signatures}

    def is_genuine(self, keys: KeysOf, anchors: Mapping[str, ReviewKey]) -> bool:
        """Tell whether it was signed with the key of each of its Directors whose token this job has, and an anchor.

        So the holder of one Director's token cannot change another Director, and naming a variable whose value everyone
        knows gives no signature that counts.

        Arguments:
            anchors: keys that do not depend on what the document says, by what they are made of.
        """
        known = keys(self.guarded.directors.values())
        return all(self._is_signed_with(*each) for each in known.items()) and any(
            self._is_signed_with(*each) for each in anchors.items()
        )

    def _is_signed_with(self, name: str, key: ReviewKey) -> bool:
        return key.has_signed(self._content(), self.signatures.get(name, ""))

    def _content(self) -> Json:
        return {
            "version": _VERSION,
            "repository": self.repository.lower(),
            "scope": self.scope,
            "number": self.number,
            "commit": self.commit,
            "read_to": self.read_to,
            "values": dict(self.guarded.values),
            **({"used": self.used.isoformat()} if self.used else {}),
        }


def agreed(found: Sequence[ReviewedMap]) -> ReviewedMap | None:
    """Return what several maps agree on whose signatures cannot be verified; `None` without any.

    Anybody may have recorded one of them, so none of them can loosen what the others say: of a setting on which they
    differ, reviews and approvals are needed, nothing is accepted, and else the oldest counts.
    """
    if not found:
        return None
    newest, oldest = max(found, key=_order), min(found, key=_order).guarded
    values = {
        key: value
        for key, value in oldest.values.items()
        if key in SETTINGS or all(each.guarded.agrees(oldest, key) for each in found)
    }
    values |= {
        key: strict
        for key, strict in (("require_review", True), ("require_approval", True), ("accept", []))
        if not all(each.guarded.agrees(oldest, key) for each in found)
    }
    return replace(newest, guarded=GuardedMap(values))


def _order(reviewed: ReviewedMap) -> int:
    return reviewed.order


def reviewed_map_of(whole: Whole) -> ReviewedMap | None:
    """Return the reviewed map that a document is; nothing of it is verified. `None` for any other one."""
    match whole.content:
        case {
            "kind": "lpcac:map",
            "version": 1,
            "repository": str(repository),
            "scope": str(scope),
            "number": int(number),
            "commit": str(commit),
            "read_to": int(read_to),
            "values": dict(values),
            "signatures": dict(signatures),
        }:
            guarded, used = usable(values), whole.content.get("used")
            if guarded is None or not all(isinstance(each, str) for each in signatures.values()):
                return None
            if used is not None and (used := _time(used)) is None:
                return None
            return ReviewedMap(
                repository, scope, number, commit, read_to, guarded, signatures, whole.order, whole.recorded, used
            )
    return None


def _time(value: object) -> datetime | None:
    """Return a time with its zone; `None` for anything else."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
