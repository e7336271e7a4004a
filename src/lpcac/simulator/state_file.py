"""The state as a file: a world read from JSON or YAML, and saved to it."""

import json
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from lpcac.simulator.world import NAME_FIELDS, NORMAL_MODE, JsonObject, Logpoint, Pool, World

YAML_SUFFIXES = (".yaml", ".yml")

CONTENT = (
    "storage_paths",
    "packages",
    "compiled_normalizers",
    "enrichment_sources",
    "distributed_collectors",
    "log_collection_policies",
)


def load_world(path: Path, seed: int = 0) -> World:
    """Return the world that a state file describes.

    A pool or logpoint without an id gets one; a logpoint without `objects` is freshly installed.

    Raises:
        ValueError: one line that says what is wrong with the file.

    """
    text = path.read_text(encoding="utf-8")
    try:
        document = yaml.safe_load(text) if path.suffix in YAML_SUFFIXES else json.loads(text)
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(f"{path}: no readable state: {' '.join(str(error).split())}") from error
    try:
        return world_from(document, seed)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{path}: not a simulator's state: {type(error).__name__} {error}") from error


def world_from(document: Any, seed: int = 0) -> World:  # noqa: ANN401 - as parsed
    """Return the world that a state document describes."""
    # Another seed than the saved world's: new ids must not repeat old ones.
    world = World(f"{seed} restored")
    for pool in document["pools"]:
        added = world.add_pool(pool["name"], pool_uuid=pool.get("pool_uuid"), active=pool.get("active", True))
        for logpoint in pool["logpoints"]:
            _add_logpoint(added, logpoint)
    return world


def _add_logpoint(pool: Pool, document: JsonObject) -> None:
    logpoint = pool.add_logpoint(document["name"], identifier=document.get("identifier"), bare="objects" in document)
    logpoint.director_mode = document.get("director_mode", NORMAL_MODE)
    logpoint.version = document.get("version", logpoint.version)
    for content in CONTENT:
        if content in document:
            setattr(logpoint, content, document[content])
    for kind, objects in document.get("objects", {}).items():
        if kind not in NAME_FIELDS:
            raise ValueError(f"unknown kind {kind!r}")
        logpoint.restore(kind, objects)
    for kind, counts in document.get("created", {}).items():
        logpoint.created += Counter({(kind, name): count for name, count in counts.items()})
    logpoint.refresh_lists()


def document_of(world: World) -> JsonObject:
    """Return the state document of a world; orders on their way are not part of it."""
    with world.lock:
        return {"pools": [_pool_document(pool) for pool in world.pools]}


def _pool_document(pool: Pool) -> JsonObject:
    return {
        "name": pool.name,
        "pool_uuid": pool.pool_uuid,
        "active": pool.active,
        "logpoints": [_logpoint_document(each) for each in pool.logpoints],
    }


def _logpoint_document(logpoint: Logpoint) -> JsonObject:
    created: dict[str, dict[str, int]] = {}
    for (kind, name), count in logpoint.created.items():
        created.setdefault(kind, {})[name] = count
    return {
        "name": logpoint.name,
        "identifier": logpoint.identifier,
        "director_mode": logpoint.director_mode,
        "version": logpoint.version,
        **{content: getattr(logpoint, content) for content in CONTENT},
        "objects": {kind: logpoint.objects(kind) for kind in NAME_FIELDS},
        "created": created,
    }


def save_world(world: World, path: Path) -> None:
    """Write the state of a world to a file, all of it or nothing."""
    document = document_of(world)
    if path.suffix in YAML_SUFFIXES:
        text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    else:
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
