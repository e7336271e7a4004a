"""What a target's deployments say: which commit was applied last, what was reviewed, and what is under way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from lpcac.action.plan_record.encoding import RecordError, record_from_json, record_json
from lpcac.action.plan_record.record import PlanRecord, target_identity
from lpcac.connectors.github.port import Deployment
from lpcac.core.json_values import Json
from lpcac.core.resources import Target

TASK = "lpcac"
"""Tells this tool's deployments from those that jobs with an environment make."""

_PREFIX = "lpcac"
# GitHub takes environment names of up to 255 characters.
_LONGEST = 255
_ESCAPED = frozenset("/%?#\\\"'<>`*|:")


def environment_of(target: Target) -> str:
    """Return the environment that stands for a target: `lpcac/CLIENT/POOL/LOGPOINT`, different for different names."""
    name = "/".join((_PREFIX, *(_part(text) for text in (target.client, target.pool, target.logpoint))))
    if len(name) <= _LONGEST:
        return name
    # Hexadecimal digits of the whole name keep what was cut apart.
    return f"{name[: _LONGEST - 17]}~{sha256(name.encode()).hexdigest()[:16]}"


def payload_of(target: Target, records: Iterable[PlanRecord], waived: Iterable[str] = ()) -> Json:
    """Return what a deployment carries: the target's identity, the records that allow it, and what was waived."""
    return {
        "lpcac": 1,
        "target": target_identity(target),
        "records": [record_json(record) for record in records],
        "waived": list(waived),
    }


def concerns(deployment: Deployment, target: Target) -> bool:
    """Tell whether the deployment is one of ours to this very target, not to another one that had its name."""
    return deployment.payload.get("lpcac") == 1 and deployment.payload.get("target") == target_identity(target)


def records_of(deployment: Deployment) -> Iterator[PlanRecord]:
    """Yield the records that the deployment carries, as far as they can be read; nothing of them is verified."""
    found = deployment.payload.get("records")
    for content in found if isinstance(found, list) else ():
        try:
            yield record_from_json(content)
        except RecordError:
            continue


def _part(text: str) -> str:
    return "".join(
        character if character.isprintable() and character not in _ESCAPED else f"%{character.encode().hex()}"
        for character in text
    )
