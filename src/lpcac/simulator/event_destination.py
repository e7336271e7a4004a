"""What a logpoint does with an event, found from the objects as the API keeps them.

Facts: Director API 2.7.0. Criteria are tried from the top and the first that matches decides (42); a repo's logs pass
its tiers one after the other (41); `routing_policy` is an id, or the text `None` (37).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lpcac.simulator.world import JsonObject, Logpoint


@dataclass(frozen=True)
class EventDestination:
    """Where an event is stored and for how long; `repo` and `days` are None where nobody can tell.

    `rule` is the number of the criterion that decided, from 1, and 0 for the catch-all.
    """

    is_dropped: bool = False
    repo: str | None = None
    days: int | None = None
    has_raw_message: bool = True
    rule: int | None = None


def event_destination(logpoint: Logpoint, processing_policy: str, event: Mapping[str, str]) -> EventDestination:
    """Return what becomes of a normalized event that a collector hands to a processing policy.

    Raises:
        KeyError: the logpoint has no such processing policy.
    """
    routing_id = logpoint.named("ProcessingPolicy", processing_policy)["routing_policy"]
    routing = logpoint.find("RoutingPolicy", routing_id) if routing_id != "None" else None
    if routing is None:
        return EventDestination()
    rule, destination = 0, {"repo": routing["catch_all"], "drop": "store"}
    for number, criterion in enumerate(routing["routing_criteria"], 1):
        if _is_met(criterion, event):
            rule, destination = number, criterion
            break
    if destination["drop"] == "discard":
        return EventDestination(is_dropped=True, days=0, has_raw_message=False, rule=rule)
    has_raw_message = destination["drop"] == "store"
    if destination["repo"] == "":
        return EventDestination(has_raw_message=has_raw_message, rule=rule)
    days = _days_in(logpoint, destination["repo"])
    return EventDestination(repo=destination["repo"], days=days, has_raw_message=has_raw_message, rule=rule)


def _is_met(criterion: JsonObject, event: Mapping[str, str]) -> bool:
    if criterion["key"] not in event:
        return False
    return bool(criterion["type"] == "KeyPresent" or event[criterion["key"]] == criterion["value"])


def _days_in(logpoint: Logpoint, repo: str) -> int | None:
    for each in logpoint.objects("Repo"):
        if each["name"] == repo:
            return sum(int(tier["retention"]) for tier in each["repopath"])
    return None
