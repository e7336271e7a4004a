"""Decides where an event ends, and for how long it is kept: the one evaluation of a pipeline.

Facts: Director API 2.7.0, chapters on ProcessingPolicy, RoutingPolicies and Repos. What they leave open ends in
"unknown", never in a guess: a processing policy without a routing policy, and a criterion that stores without a repo.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lpcac.core.json_values import Json
from lpcac.pipeline.criteria import Criteria
from lpcac.pipeline.events import End, Entry, Event, EventEnd, Step, Tier

PROCESSING: Final = "ProcessingPolicy"
ROUTING: Final = "RoutingPolicy"
REPO: Final = "Repo"
KINDS: Final = (PROCESSING, ROUTING, REPO)

CATCH_ALL: Final = "/spec/catch_all"


def criterion_pointer(number: int) -> str:
    """Return the JSON pointer of a criterion, counted from 0."""
    return f"/spec/routing_criteria/{number}"


@dataclass(frozen=True, eq=False)
class Pipeline:
    """The objects of one client on one logpoint, by kind and name, each with its canonical spec.

    Objects that the pipeline refers to and does not hold are known by name alone.
    """

    specs: Mapping[tuple[str, str], Json]
    _criteria: dict[str, Criteria] = field(default_factory=dict)
    _tiers_of: dict[str, tuple[Tier, ...] | None] = field(default_factory=dict)

    def spec(self, kind: str, name: str | None) -> Json | None:
        """Return an object's spec; `None` when it is not known, or was not understood."""
        return self.specs.get((kind, name)) or None if name else None

    def names(self, kind: str) -> list[str]:
        """Return the names of all objects of a kind, sorted."""
        return sorted(name for each, name in self.specs if each == kind)

    def entries(self) -> Iterator[Entry]:
        """Yield where events can enter: every processing policy, and every routing policy that none of them uses."""
        policies = self.names(PROCESSING)
        used = {self.routing_of(Entry(PROCESSING, name)) for name in policies}
        yield from (Entry(PROCESSING, name) for name in policies)
        yield from (Entry(ROUTING, name) for name in self.names(ROUTING) if name not in used)

    def routing_of(self, entry: Entry) -> str | None:
        """Return the name of the routing policy that events which enter here reach, if it is known."""
        if entry.kind == ROUTING:
            return entry.name
        name = (self.spec(*entry) or {}).get("routing_policy")
        return name if isinstance(name, str) else None

    def criteria(self, routing: str) -> Criteria:
        """Return the criteria of a routing policy that the pipeline holds."""
        if routing not in self._criteria:
            self._criteria[routing] = Criteria((self.spec(ROUTING, routing) or {}).get("routing_criteria", []))
        return self._criteria[routing]

    def end_of(self, entry: Entry, event: Event) -> EventEnd:
        """Return the way and the end of an event that enters here."""
        start = self._start(entry)
        if isinstance(start, EventEnd):
            return start
        way, routing = start
        criteria = self.criteria(routing)
        decision = criteria.decide(event)
        if decision.undecidable:
            here = (*way, Step(ROUTING, routing))
            reason = f"the criteria of routing policy {routing} compare {decision.undecidable}, whose value is not text"
            return EventEnd(End.UNKNOWN, here, reason=reason)
        return self._end(way, routing, decision.criterion, criteria.doubts(event, decision.criterion))

    def end_by(self, entry: Entry, criterion: int | None) -> EventEnd:
        """Return the end of all events that this criterion decides about, `None` for the catch-all."""
        start = self._start(entry)
        return start if isinstance(start, EventEnd) else self._end(*start, criterion)

    def _start(self, entry: Entry) -> tuple[tuple[Step, ...], str] | EventEnd:
        """Return the way to the routing policy and its name; the end where there is none."""
        way: tuple[Step, ...] = () if entry.kind == ROUTING else (Step(*entry),)
        if entry.kind != ROUTING and entry not in self.specs:
            return EventEnd(End.UNKNOWN, way, reason=f"there is no processing policy {entry.name}")
        routing = self.routing_of(entry)
        if routing is None:
            return EventEnd(End.UNKNOWN, way, reason=f"processing policy {entry.name} has no routing policy")
        if self.spec(ROUTING, routing) is None:
            here = (*way, Step(ROUTING, routing))
            return EventEnd(End.UNKNOWN, here, reason=f"routing policy {routing} is not known")
        return way, routing

    def _end(self, way: tuple[Step, ...], routing: str, number: int | None, doubts: tuple[int, ...] = ()) -> EventEnd:
        spec = self.spec(ROUTING, routing) or {}
        pointer = CATCH_ALL if number is None else criterion_pointer(number)
        here = (*way, Step(ROUTING, routing, pointer))
        criterion = {"repo": spec.get("catch_all")} if number is None else spec["routing_criteria"][number]
        drop = criterion.get("drop") or "store"
        if drop == "discard":
            return EventEnd(End.DROPPED, here, number, keeps_raw=False, doubts=doubts)
        repo, keeps_raw = criterion.get("repo"), drop != "discard_raw"
        if not repo:
            what = "the catch-all" if number is None else f"criterion {number + 1}"
            reason = f"{what} of routing policy {routing} names no repo"
            return EventEnd(End.UNKNOWN, here, number, keeps_raw=keeps_raw, reason=reason, doubts=doubts)
        whole = (*here, Step(REPO, repo))
        return EventEnd(End.STORED, whole, number, repo, self._tiers(repo), keeps_raw, doubts=doubts)

    def _tiers(self, repo: str) -> tuple[Tier, ...] | None:
        if repo not in self._tiers_of:
            paths = (self.spec(REPO, repo) or {}).get("paths")
            tiers = tuple(Tier(tier["path"], int(tier["retention_days"])) for tier in paths) if paths else None
            self._tiers_of[repo] = tiers
        return self._tiers_of[repo]
