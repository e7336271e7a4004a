"""Checks what clients declare against rules; resources that are equal are checked once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import jsonschema_rs

from lpcac.core.findings import Finding, Position
from lpcac.core.json_pointers import pointer_to
from lpcac.core.json_values import Json
from lpcac.core.resources import Desired, Resource
from lpcac.core.text.safe_text import named, quoted, shortened
from lpcac.kinds.registry import Registry
from lpcac.rules.facts import DERIVED_FROM, ClientFacts
from lpcac.rules.reading import Rule

BROKEN_RULE = "rule-broken"
OUT_OF_TIME = "rules-out-of-time"

_OUT_OF_TIME = Finding(
    OUT_OF_TIME, "the time for rules is used up: not every resource was checked, use fewer or simpler rules"
)
_MOST_FAULTS = 20
_Fault = tuple[tuple[str | int, ...], str]


@dataclass(eq=False)
class Judge:
    """Checks resources, and remembers what was found out about equal ones.

    Arguments:
        has_time: tells whether time is left.
    """

    registry: Registry
    has_time: Callable[[], bool]
    _known: dict[tuple[str, str], tuple[_Fault, ...]] = field(default_factory=dict)
    checks: int = 0
    """How often a schema was asked."""

    def findings(self, clients: Iterable[tuple[str, Desired, Sequence[Rule]]]) -> tuple[Finding, ...]:
        """Return each resource that breaks a rule, at the place that it breaks it at; each place once.

        Arguments:
            clients: names, what they declare, and the rules for them.
        """
        found: dict[tuple[str, Position | None, str], Finding] = {}
        for client, desired, known in clients:
            rules = [rule for rule in known if rule.is_for(client)]
            if not rules:
                continue
            facts = ClientFacts(desired, self.registry)
            for resource in desired.resources.values():
                asked = [rule for rule in rules if resource.key.kind in rule.kinds]
                if not asked:
                    continue
                for finding in self._of_resource(asked, resource, facts.instance(resource)):
                    if finding is None:
                        return (*found.values(), _OUT_OF_TIME)
                    found.setdefault((finding.code, finding.position, finding.message), finding)
        return tuple(found.values())

    def _of_resource(self, rules: Sequence[Rule], resource: Resource, instance: Json) -> Iterator[Finding | None]:
        """Yield what breaks each rule; `None` where no time is left for the next one."""
        key = json.dumps(instance, sort_keys=True)
        for rule in rules:
            if not self.has_time():
                yield None
                return
            for path, message in self._faults(rule, key, instance):
                yield _finding(rule, resource, path, message)

    def _faults(self, rule: Rule, key: str, instance: Json) -> tuple[_Fault, ...]:
        known = self._known.get((rule.asks, key))
        if known is None:
            self.checks += 1
            errors = islice(rule.validator.iter_errors(instance), _MOST_FAULTS)
            is_valid = rule.validator.is_valid(instance)
            known = () if is_valid else tuple((tuple(error.instance_path), _why(error)) for error in errors)
            self._known[rule.asks, key] = known
        return known


def _why(error: jsonschema_rs.ValidationError) -> str:
    """Return what is wrong in the library's words, but for those that begin with all of an object or list."""
    if error.message.startswith(("{", "[")) and error.schema_path:
        return f"{error.schema_path[-1]} does not hold"
    return error.message


def _finding(rule: Rule, resource: Resource, path: tuple[str | int, ...], why: str) -> Finding:
    pointer = DERIVED_FROM.get(str(path[1]), "") if path[:1] == ("derived",) and len(path) > 1 else pointer_to(path)
    message = f"{named(*resource.key)}: {rule.message} (rule {quoted(rule.name)}: {shortened(why, 160)})"
    place = resource.where(pointer) if pointer.startswith("/spec") else resource.position
    return Finding(BROKEN_RULE, message, place, pointer, rule.severity)
