"""Lints what clients declare; findings carry the severity that the map gives their codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lpcac.core.findings import Finding, Position, Severity, sorted_by_place
from lpcac.core.resources import Desired, Resource, ResourceKey
from lpcac.core.text.safe_text import named, quoted
from lpcac.documents.suppressions import Suppression
from lpcac.kinds.references import references
from lpcac.kinds.registry import Registry
from lpcac.kinds.vendor import is_vendor_name
from lpcac.lint.codes import REPEATED_TIER, SUPPRESSION, UNREAD_NORMALIZER, UNUSED, USUAL
from lpcac.lint.criteria import odd_criteria


@dataclass(frozen=True)
class Linted:
    """What one client declares, with what comments silence in its files.

    Arguments:
        used_live: what objects of the client's logpoints refer to, as far as these are known.
    """

    desired: Desired
    suppressed: Sequence[Suppression] = ()
    used_live: frozenset[ResourceKey] = frozenset()


def lint(clients: Iterable[Linted], registry: Registry, levels: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what is odd, each place once, by place; what is silenced or off is left out.

    What a base declares is unused only where no client of it uses it.

    Arguments:
        levels: by code, where it is not the usual one: `off`, `notice`, `warning` or `error`.
    """
    known = list(clients)
    found: dict[tuple[str, Position | None], Finding] = {}
    used: set[Position] = set()
    suppressed: set[Suppression] = set()
    for client in known:
        suppressed.update(client.suppressed)
        odd = list(_unused(client, registry))
        unused = {finding.position for finding in odd}
        used |= {each.position for each in client.desired.resources.values() if each.position not in unused}
        for finding in (*odd, *_odd(client.desired)):
            found.setdefault((finding.code, finding.position), finding)
    findings = [each for each in found.values() if each.code not in UNUSED.values() or each.position not in used]
    silenced = {(each.code, each.position.file, each.line) for each in suppressed if each.reason}
    weighed = [_weighed(each, levels) for each in findings if not _is_silenced(each, silenced)]
    kept = [finding for finding in weighed if finding is not None]
    return tuple(sorted_by_place([*kept, *_bad_suppressions(suppressed)]))


def _weighed(finding: Finding, levels: Mapping[str, str]) -> Finding | None:
    level = levels.get(finding.code, USUAL[finding.code].value)
    return None if level == "off" else replace(finding, severity=Severity(level))


def _is_silenced(finding: Finding, silenced: set[tuple[str, str, int]]) -> bool:
    place = finding.position
    return place is not None and (finding.code, place.file, place.line) in silenced


def _bad_suppressions(suppressed: Iterable[Suppression]) -> Iterator[Finding]:
    for each in suppressed:
        if each.code not in USUAL:
            message = f"there is no lint code {quoted(each.code)}: docs/lint lists them"
            yield Finding(SUPPRESSION, message, each.position, severity=Severity.WARNING)
        elif not each.reason:
            message = f"{quoted(each.code)} is not ignored: add a reason after the brackets"
            yield Finding(SUPPRESSION, message, each.position, severity=Severity.WARNING)


def _odd(desired: Desired) -> Iterator[Finding]:
    for resource in desired.resources.values():
        if resource.key.kind == "RoutingPolicy":
            for code, number, message in odd_criteria(resource.spec):
                yield _finding(code, resource, message, f"/spec/routing_criteria/{number}")
        elif resource.key.kind == "Repo":
            yield from _repeated_tiers(resource)
        elif resource.key.kind == "ProcessingPolicy":
            yield from _unread_normalizer(desired, resource)


def _repeated_tiers(resource: Resource) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, tier in enumerate(resource.spec["paths"]):
        if tier["path"] in seen:
            message = f"tier {quoted(tier['path'])} is declared twice: add up its days in one"
            yield _finding(REPEATED_TIER, resource, message, f"/spec/paths/{number}")
        seen.add(tier["path"])


def _unread_normalizer(desired: Desired, resource: Resource) -> Iterator[Finding]:
    routing = desired.resources.get(ResourceKey("RoutingPolicy", resource.spec.get("routing_policy") or ""))
    normalization = resource.spec.get("normalization_policy")
    if normalization and routing and not routing.spec["routing_criteria"]:
        message = (
            f"normalization policy {quoted(normalization)} finds fields that routing policy "
            f"{quoted(routing.key.name)} does not read: it has no criteria"
        )
        yield _finding(UNREAD_NORMALIZER, resource, message, "/spec/normalization_policy")


def _unused(client: Linted, registry: Registry) -> Iterator[Finding]:
    used = client.used_live | {
        ResourceKey(kind, name)
        for key, resource in client.desired.resources.items()
        for _, kind, name in references(registry.shapes[key.kind], resource.spec)
    }
    for key, resource in client.desired.resources.items():
        if key.kind in UNUSED and key not in used and not is_vendor_name(key.name):
            yield _finding(UNUSED[key.kind], resource, "no declared object refers to it", "")


def _finding(code: str, resource: Resource, message: str, pointer: str) -> Finding:
    position = resource.where(pointer) if pointer else resource.position
    return Finding(code, f"{named(*resource.key)}: {message}", position, pointer)
