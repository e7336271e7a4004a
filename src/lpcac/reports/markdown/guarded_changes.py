"""Changes of a map's guarded keys for reviewers: addresses in full, what allows more outside of every fold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lpcac.core.text.enumeration import listed
from lpcac.directory_map.guarded_changes import FieldChange, GuardedChange
from lpcac.reports.markdown.blocks import code
from lpcac.reports.wording import counted

# The longest address that a map may have.
_LONGEST = 4096
_SHORT = 120
_NAMED = 10
_DETAILED = 20


def change_sentences(changes: Sequence[GuardedChange]) -> list[str]:
    """Return what changes as Markdown, a sentence for each Director and setting, and one for clients that say the same.

    However many clients there are, the text stays short: of those that say the same ten are named, of all others the
    first twenty are shown in full.
    """
    single = [_sentence(each) for each in changes if each.subject != "client"]
    grouped: dict[tuple[str, str], list[str]] = {}
    for each in changes:
        if each.subject == "client":
            words = "" if each.deed == "removed" else _fields(_telling(each), _SHORT)
            grouped.setdefault((each.deed, words), []).append(each.name)
    clients = [_clients(deed, words, names) for (deed, words), names in grouped.items()]
    kept = [*single, *clients][: _DETAILED + len(single)]
    left = len(clients) - (len(kept) - len(single))
    return [*kept, f"and {counted(left, 'more change')} of clients"] if left else kept


def _telling(change: GuardedChange) -> Iterable[FieldChange]:
    """Return the fields to show: of a new client its place is in the plan, what it allows is not."""
    if change.deed != "added":
        return change.fields
    place = ("path", "director", "pool", "logpoints", "bases", "vars")
    return [each for each in change.fields if each.name not in place and each.after not in ("false", None)]


def _sentence(change: GuardedChange) -> str:
    subject = f"director {code(change.name)}" if change.subject == "director" else code(change.subject)
    if change.deed == "removed":
        return f"{subject} removed"
    deed = " added" if change.deed == "added" and change.subject == "director" else ""
    return f"{subject}{deed}: {_fields(change.fields, _LONGEST)}"


def _clients(deed: str, words: str, names: Sequence[str]) -> str:
    who = f"{'client' if len(names) == 1 else 'clients'} {listed([code(name) for name in names], _NAMED)}"
    said = f" {deed}" if deed != "changed" else ""
    return f"{who}{said}: {words}" if words else f"{who}{said}"


def _fields(fields: Iterable[FieldChange], limit: int) -> str:
    return ", ".join(_words(fields, limit))


def _words(fields: Iterable[FieldChange], limit: int) -> Iterator[str]:
    every = list(fields)
    for each in every[:_DETAILED]:
        name = f"{code(each.name)} " if each.name and each.name != "entry" else ""
        match (each.before, each.after):
            case (None, str(after)):
                yield f"{name}{'adds ' if each.name == 'entry' else ''}{code(after, limit)}"
            case (str(before), None):
                yield f"{name}without {code(before, limit)}"
            case (before, after):
                yield f"{name}from {code(before or '', limit)} to {code(after or '', limit)}"
    if len(every) > _DETAILED:
        yield f"and {counted(len(every) - _DETAILED, 'more change')}"
