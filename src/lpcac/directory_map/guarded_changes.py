"""How the guarded keys of two maps differ, field by field, and which of the differences allow more than before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lpcac.core.digests import canonical_bytes
from lpcac.core.json_values import Json
from lpcac.directory_map.guarded_map import CLIENTS, DIRECTORS, GuardedMap, rule_contents
from lpcac.directory_map.limits import Limits

_USUAL: Final = Limits()
# The defaults of an entry, as far as reports must say what it was.
_UNSAID: Final[Json] = {
    "prune": False,
    "allow_repo_delete": False,
    "max_deletes": _USUAL.max_deletes,
    "max_delete_percent": _USUAL.max_delete_percent,
}


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, as text; `None` where there was, or is, nothing."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class GuardedChange:
    """How one guarded key differs.

    Arguments:
        key: as in `GuardedMap`.
        subject: "director", "client", or the setting's own name.
        name: of the Director or client; empty for a setting.
        deed: "added", "removed" or "changed".
        loosens: whether it allows more than before, or sends a secret somewhere.
    """

    key: str
    subject: str
    name: str
    deed: str
    fields: tuple[FieldChange, ...]
    loosens: bool


def guarded_changes(before: GuardedMap, after: GuardedMap, keys: Iterable[str]) -> list[GuardedChange]:
    """Return how these keys differ, Directors first, then settings, then clients."""
    found = [_change(key, before.value(key), after.value(key)) for key in keys]
    return sorted(found, key=lambda each: (_RANK.get(each.subject, 1), each.name))


_RANK: Final = {"director": 0, "client": 2}


def _change(key: str, before: Any, after: Any) -> GuardedChange:  # noqa: ANN401 - any JSON value
    deed = "added" if before is None else "removed" if after is None else "changed"
    if key.startswith(DIRECTORS):
        name = key.removeprefix(DIRECTORS)
        return GuardedChange(key, "director", name, deed, _fields(before, after), loosens=after is not None)
    if key.startswith(CLIENTS):
        name = key.removeprefix(CLIENTS)
        loosens = after is not None and (before is None or _allows_more(before, after))
        return GuardedChange(key, "client", name, deed, _fields(before, after), loosens=loosens)
    return GuardedChange(
        key, key, "", deed, tuple(_setting(key, before, after)), loosens=_is_loosened(key, before, after)
    )


def _fields(before: Json | None, after: Json | None) -> tuple[FieldChange, ...]:
    was, now = before or {}, after or {}
    return tuple(
        FieldChange(name, _text(_said(was, name)), _text(_said(now, name)))
        for name in dict.fromkeys((*was, *now))
        if canonical_bytes(_said(was, name)) != canonical_bytes(_said(now, name))
    )


def _said(entry: Json, name: str) -> object:
    return entry.get(name, _UNSAID.get(name) if entry else None)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _allows_more(before: Json, after: Json) -> bool:
    for flag in ("prune", "allow_repo_delete"):
        if _said(after, flag) and not _said(before, flag):
            return True
    if any(_number(after, limit) > _number(before, limit) for limit in ("max_deletes", "max_delete_percent")):
        return True
    return bool(set(_objects(after)) - set(_objects(before)))


def _number(entry: Json, name: str) -> int:
    value = _said(entry, name)
    return value if isinstance(value, int) else 0


def _objects(entry: Json) -> Iterator[tuple[str, str]]:
    for kind, names in entry.get("external", {}).items():
        yield from ((kind, name) for name in names)


def _setting(key: str, before: object, after: object) -> Iterator[FieldChange]:
    if key == "accept":
        was, now = _listed(before), _listed(after)
        yield from (FieldChange("entry", None, _acceptance(each)) for each in _without(now, was))
        yield from (FieldChange("entry", _acceptance(each), None) for each in _without(was, now))
    elif key == "rules":
        yield from _rules(before, after)
    elif key == "lint" and isinstance(before, dict) and isinstance(after, dict):
        yield from _fields(before, after)
    else:
        yield FieldChange("", _text(before), _text(after))


def _is_loosened(key: str, before: object, after: object) -> bool:
    match key:
        case "accept":
            return bool(_without(_listed(after), _listed(before)))
        case "rules":
            # Whether other content asks for less is told by whoever reads the rules.
            return bool(rule_contents(before).keys() - rule_contents(after).keys())
        case "require_review" | "require_approval":
            return bool(before) and not after
    # Levels of lint are compared where it is known what the usual ones are.
    return False


def _rules(before: object, after: object) -> Iterator[FieldChange]:
    was, now = rule_contents(before), rule_contents(after)
    yield from (FieldChange("entry", None, path) for path in now if path not in was)
    yield from (FieldChange("entry", path, None) for path in was if path not in now)
    yield from (FieldChange(path, was[path], now[path]) for path in now if path in was and was[path] != now[path])


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _without(some: Sequence[object], others: Sequence[object]) -> list[object]:
    known = {canonical_bytes(each) for each in others}
    return [each for each in some if canonical_bytes(each) not in known]


def _acceptance(entry: object) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    client = f" of client {entry['client']}" if entry.get("client") else " of any client"
    field = f", field {entry['field']}" if entry.get("field") else ""
    return (
        f'{entry.get("kind")} "{entry.get("name")}"{client}{field}, until {entry.get("until")}: {entry.get("reason")}'
    )
