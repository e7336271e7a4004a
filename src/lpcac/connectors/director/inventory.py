"""Reads what a logpoint has that resources can refer to, and how logs reach it. Manages none of it.

Facts: Director API 2.7.0, chapters 31.9, 31.10, 41.6, 14.2, 11.4 and 25.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from lpcac.connectors.director.live_reader import read_inventory
from lpcac.connectors.director.port import DirectorPort
from lpcac.core.concurrency import side_by_side
from lpcac.core.errors import DirectorError, NotThereError
from lpcac.core.json_values import Json
from lpcac.core.resources import Target
from lpcac.kinds.registry import Registry

Detail = str | int | bool
NOT_LISTED: Final = "the Director has no such list"


@dataclass(frozen=True)
class Section:
    """One list of a logpoint.

    Arguments:
        name: what it is a list of, in the plural, with underscores.
        path: resource path of the list call, below the logpoint.
        details: fields of an entry that are shown next to its name.
        inventory: what the registry calls the list, where resources refer to its entries.
    """

    name: str
    path: str
    details: tuple[str, ...] = ()
    inventory: str | None = None


SECTIONS: Final = (
    Section("normalization_packages", "NormalizationPackage", ("version",), "NormalizationPackage"),
    Section("compiled_normalizers", "NormalizationPackage/CompiledNormalizers", ("version",), "CompiledNormalizer"),
    Section("storage_paths", "Repos/RepoPaths", (), "StoragePath"),
    Section("enrichment_sources", "EnrichmentSource", ("source_type",), "EnrichmentSource"),
    Section("distributed_collectors", "DistributedCollectors", ("ip", "active")),
    Section("log_collection_policies", "LogCollectionPolicies", ("description",)),
)


@dataclass(frozen=True)
class Entry:
    """One entry of a list, with its details."""

    name: str
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True)
class LogpointInventory:
    """What one logpoint has: the entries of each section, sorted by name, or why a section could not be read.

    Arguments:
        not_listed: sections that this Director does not list.
        unread: why sections could not be read.
    """

    entries: Mapping[str, tuple[Entry, ...]]
    not_listed: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)


async def read_logpoint(director: DirectorPort, registry: Registry, target: Target) -> LogpointInventory:
    """Return all that the logpoint lists; one list that cannot be read does not hide the others."""
    found = await side_by_side(_section(director, registry, target, each) for each in SECTIONS)
    answers = dict(zip((each.name for each in SECTIONS), found, strict=True))
    return LogpointInventory(
        {name: answer for name, answer in answers.items() if isinstance(answer, tuple)},
        tuple(name for name, answer in answers.items() if answer is None),
        {name: str(answer) for name, answer in answers.items() if isinstance(answer, DirectorError)},
    )


async def _section(
    director: DirectorPort, registry: Registry, target: Target, section: Section
) -> tuple[Entry, ...] | DirectorError | None:
    try:
        answer = await director.list_objects(target, section.path)
        names = _names(registry, section, answer)
    except NotThereError:
        return None
    except DirectorError as error:
        return error
    rows = {str(row.get("name", row.get("source_name"))): row for row in answer}
    return tuple(Entry(name, _details(section, rows.get(name, {}))) for name in sorted(names))


def _names(registry: Registry, section: Section, answer: list[Json]) -> Iterable[str]:
    if section.inventory is not None:
        return read_inventory(registry, section.inventory, answer)
    if all(isinstance(row.get("name"), str) for row in answer):
        return [row["name"] for row in answer]
    message = f"the Director's list of {section.name.replace('_', ' ')} is not understood; the list is not used"
    raise DirectorError(message)


def _details(section: Section, row: Json) -> Mapping[str, Detail]:
    is_shown: Callable[[object], bool] = lambda value: isinstance(value, str | int) and value != ""  # noqa: E731
    return {name: row[name] for name in section.details if is_shown(row.get(name))}
