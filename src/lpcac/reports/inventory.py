"""An inventory as text and as JSON: what Directors manage, and what logpoints have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lpcac.connectors.director.inventory import NOT_LISTED, SECTIONS, Entry, LogpointInventory
from lpcac.connectors.director.pools import NORMAL_MODE, Logpoint, Pool
from lpcac.core.json_values import Json
from lpcac.core.resources import Target
from lpcac.core.text.safe_text import escaped
from lpcac.reports.wording import logpoint_name, message_text, target_name


@dataclass(frozen=True)
class DirectorRow:
    """A Director with its pools, or why they are not known. `name` is the map's; empty for the settings' Director."""

    name: str
    pools: tuple[Pool, ...] = ()
    unread: str | None = None


@dataclass(frozen=True)
class LogpointRow:
    """A logpoint with what it has, or why that is not known."""

    target: Target
    inventory: LogpointInventory | None = None
    unread: str | None = None


def pools_text(rows: Sequence[DirectorRow]) -> str:
    """Return one line for each pool and logpoint."""
    return "\n".join(escaped(line) for row in rows for line in _director_lines(row))


def logpoints_text(rows: Sequence[LogpointRow]) -> str:
    """Return one line for each entry, under its logpoint and section."""
    return "\n".join(escaped(line) for row in rows for line in _logpoint_lines(row))


def pools_document(rows: Sequence[DirectorRow]) -> Json:
    """Return the pools of Directors as JSON."""
    return {"format_version": 1, "directors": [_director_json(row) for row in rows]}


def logpoints_document(rows: Sequence[LogpointRow]) -> Json:
    """Return what logpoints have as JSON; a section that is not known is `null`."""
    return {"format_version": 1, "logpoints": [_logpoint_json(row) for row in rows]}


def _director_lines(row: DirectorRow) -> Iterator[str]:
    indent = ""
    if row.name:
        indent = "  "
        yield f"Director {row.name}"
    if row.unread is not None:
        yield f"{indent}not read: {message_text(row.unread)}"
    elif not row.pools:
        yield f"{indent}no pools"
    for pool in sorted(row.pools, key=lambda pool: pool.name):
        yield f"{indent}{pool.name}{'' if pool.active else ' (inactive)'}"
        for machine in sorted(pool.machines, key=lambda machine: machine.name):
            yield f"{indent}  {machine.name}{_remarks(machine)}"
        if not pool.machines:
            yield f"{indent}  no logpoints"


def _remarks(machine: Logpoint) -> str:
    blocked = f"mode {machine.mode}, which blocks the configuration API"
    remarks = [f"version {machine.version}"] if machine.version else []
    remarks += [] if machine.mode == NORMAL_MODE else [blocked]
    return f" ({', '.join(remarks)})" if remarks else ""


def _logpoint_lines(row: LogpointRow) -> Iterator[str]:
    yield target_name(row.target) if row.target.client else logpoint_name(row.target)
    if row.inventory is None:
        yield f"  not read: {message_text(row.unread or 'no reason is known')}"
        return
    for section in SECTIONS:
        words = section.name.replace("_", " ")
        if section.name in row.inventory.entries:
            entries = row.inventory.entries[section.name]
            yield f"  {words}: {len(entries)}"
            for entry in entries:
                yield f"    {entry.name}{_detail_words(entry)}"
        else:
            why = row.inventory.unread.get(section.name)
            yield f"  {words}: {NOT_LISTED if why is None else f'not read: {message_text(why)}'}"


def _detail_words(entry: Entry) -> str:
    words = [f"{name.replace('_', ' ')} {_value_words(value)}" for name, value in entry.details.items()]
    return f" ({', '.join(words)})" if words else ""


def _value_words(value: str | int | bool) -> str:  # noqa: FBT001 - a value of JSON
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _director_json(row: DirectorRow) -> Json:
    pools = [
        {
            "name": pool.name,
            "pool_uuid": pool.uuid,
            "active": pool.active,
            "logpoints": [
                {"name": each.name, "identifier": each.identifier, "mode": each.mode, "version": each.version}
                for each in sorted(pool.machines, key=lambda machine: machine.name)
            ],
        }
        for pool in sorted(row.pools, key=lambda pool: pool.name)
    ]
    return {"director": row.name or None, "pools": pools, "problem": row.unread}


def _logpoint_json(row: LogpointRow) -> Json:
    target, problems = row.target, row.inventory.unread if row.inventory else {}
    head: Json = {"client": target.client or None, "pool": target.pool, "logpoint": target.logpoint}
    sections = {each.name: _entries_json(row, each.name) for each in SECTIONS}
    return {**head, **sections, "problem": row.unread, "problems": dict(problems)}


def _entries_json(row: LogpointRow, section: str) -> list[Mapping[str, str | int | bool]] | None:
    entries = row.inventory.entries.get(section) if row.inventory else None
    return None if entries is None else [{"name": entry.name, **entry.details} for entry in entries]
