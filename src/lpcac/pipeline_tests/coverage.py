"""Which criteria and catch-alls no case reaches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lpcac.core.findings import Position
from lpcac.core.resources import Desired
from lpcac.pipeline.event_end import CATCH_ALL, ROUTING, criterion_pointer
from lpcac.pipeline.events import Step
from lpcac.pipeline_tests.running import criterion_words


@dataclass(frozen=True)
class Coverage:
    """Every criterion and catch-all that is declared, by place, in words, and the places that cases reach."""

    declared: dict[Position, str]
    reached: frozenset[Position]

    @property
    def missed(self) -> list[tuple[Position, str]]:
        """Return those that no case reaches, by place."""
        return sorted((place, words) for place, words in self.declared.items() if place not in self.reached)

    @property
    def percent(self) -> float:
        """Return the share that is reached, 100 where there is nothing to reach."""
        return 100.0 * (len(self.declared) - len(self.missed)) / len(self.declared) if self.declared else 100.0


def coverage(declared: Iterable[Desired], reached: Iterable[frozenset[Position]]) -> Coverage:
    """Return what the cases of several clients reach; a place in a base counts once for all of them."""
    places: dict[Position, str] = {}
    for desired in declared:
        for key, resource in desired.resources.items():
            if key.kind != ROUTING:
                continue
            pointers = [criterion_pointer(number) for number in range(len(resource.spec["routing_criteria"]))]
            for pointer in (*pointers, CATCH_ALL):
                words = f'routing policy "{key.name}": {criterion_words(desired, Step(*key, pointer))}'
                places.setdefault(resource.where(pointer), words)
    return Coverage(places, frozenset().union(*reached))
