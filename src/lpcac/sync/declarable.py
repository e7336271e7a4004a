"""Which live objects can be declared, and why the others cannot."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from lpcac.composition.validation import check
from lpcac.connectors.director.name_table import dangling
from lpcac.core.findings import Position, errors_in
from lpcac.core.json_pointers import parts_of, readable_path
from lpcac.core.json_values import Json
from lpcac.core.resources import Live, ResourceKey
from lpcac.core.text.safe_text import quoted, shortened
from lpcac.documents.composer import MAX_DOCUMENT_BYTES
from lpcac.documents.document import Document, OnePlace
from lpcac.kinds.fields import API_VERSION
from lpcac.kinds.references import references
from lpcac.kinds.registry import Registry
from lpcac.planning.diff.carried_fields import declarable, says
from lpcac.yaml_editing.emitter import block_text, is_readable_text

_ROOM: Final = 1024
"""Bytes reserved in the largest document for other content, such as `patch: true`."""

_MOST_YAML_PER_JSON: Final = 16
"""Upper bound: YAML needs at most this many times the bytes of JSON, for indentation and escapes."""


def resource_value(kind: str, name: str, spec: Json) -> Json:
    """Return the value of the document that declares a resource."""
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": spec}


def why_not_declarable(registry: Registry, live: Live, key: ResourceKey) -> str | None:
    """Return why the live object cannot be declared, `None` if it can."""
    found = live.objects[key]
    if key in live.ambiguous:
        return "the logpoint has more than one object of this name: rename all but one there"
    if found.problem:
        return f"the Director returned data that lpcac does not understand ({shortened(found.problem)})"
    spec = declarable(found.spec)
    if dangling := _dangling(registry, key, spec):
        return dangling
    if not all(map(is_readable_text, _texts([key.name, spec]))):
        return "it contains half of a surrogate pair, which UTF-8 cannot encode"
    return _why_too_large(resource_value(*key, spec)) or _why_not_valid(registry, key, spec)


def _why_too_large(value: Json) -> str | None:
    limit = MAX_DOCUMENT_BYTES - _ROOM
    if len(json.dumps(value)) * _MOST_YAML_PER_JSON <= limit:  # Writing all of them as YAML would take long.
        return None
    text = block_text(value)
    # Each of these gets one more character, so that it stands for itself.
    size = len(text.encode()) + text.count("${")
    return "as YAML it is larger than 1 MiB: split it on the Director" if size > limit else None


def _why_not_valid(registry: Registry, key: ResourceKey, spec: Json) -> str | None:
    nowhere = Position("")
    checked = check(Document(resource_value(*key, spec), nowhere, OnePlace(nowhere)), registry)
    errors = errors_in(checked.findings)
    if errors:
        first = errors[0].message.removeprefix(f"{key.kind} {quoted(key.name)}: ")
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return f"it cannot be declared: {first}{more}"
    if checked.resource is None or not says(checked.resource.spec, spec, registry.shapes[key.kind]):
        return "its fields change when written and read back"
    return None


def without_unresolved(
    registry: Registry,
    specs: Mapping[ResourceKey, Json],
    is_known: Callable[[ResourceKey], bool],
    vendors: Collection[ResourceKey] = (),
) -> tuple[dict[ResourceKey, Json], dict[ResourceKey, str]]:
    """Return the specs whose references all resolve, and the reason for each spec left out.

    Leaving one out can break references of others, so this repeats until nothing changes.

    Arguments:
        vendors: what could be declared and is not, because it is the vendor's.
    """
    kept = dict(specs)
    reasons: dict[ResourceKey, str] = {}
    while True:
        found = {key: missing for key in kept if (missing := _unresolved(registry, key, kept, is_known, vendors))}
        if not found:
            return kept, reasons
        reasons |= found
        kept = {key: spec for key, spec in kept.items() if key not in found}


def _unresolved(
    registry: Registry,
    key: ResourceKey,
    specs: Mapping[ResourceKey, Json],
    is_known: Callable[[ResourceKey], bool],
    vendors: Collection[ResourceKey],
) -> str | None:
    for _, kind, name in references(registry.shapes[key.kind], specs[key]):
        wanted = ResourceKey(kind, name)
        if kind in registry.kinds and wanted not in specs and not is_known(wanted):
            if wanted in vendors:
                return (
                    f"it refers to {registry.label(kind)} {quoted(name)}, which is marked as the vendor's: list that "
                    "one as `external` for this client, or sync with --include-vendor"
                )
            return f"it refers to {registry.label(kind)} {quoted(name)}, which cannot be declared"
    return None


def _dangling(registry: Registry, key: ResourceKey, spec: Json) -> str | None:
    """Return the message about an id that matches no object."""
    for pointer, _, name in references(registry.shapes[key.kind], spec):
        if lost := dangling(name):
            return f"{readable_path(parts_of(pointer)[1:])} is broken: there is {shortened(lost)} on the logpoint"
    return None


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
