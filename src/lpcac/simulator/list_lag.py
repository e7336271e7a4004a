"""List lag: for a while after an order, lists still show the state before it."""

from dataclasses import dataclass, field

from lpcac.simulator.world import JsonObject, Logpoint


@dataclass(slots=True)
class ListLag:
    """What the lists of a kind showed before each order of the last `seconds`."""

    seconds: float
    _before: dict[tuple[str, str], list[tuple[float, list[JsonObject]]]] = field(default_factory=dict)

    def remember(self, logpoint: Logpoint, kind: str, now: float) -> None:
        """Keep the state that an order finished at `now` is about to change."""
        if self.seconds > 0:
            self._before.setdefault((logpoint.identifier, kind), []).append((now, logpoint.objects(kind)))

    def visible(self, logpoint: Logpoint, kind: str, now: float) -> list[JsonObject]:
        """Return what a list call shows: the state of `seconds` ago as far as orders changed it since."""
        history = self._before.get((logpoint.identifier, kind), [])
        while history and history[0][0] + self.seconds <= now:
            history.pop(0)
        return history[0][1] if history else logpoint.objects(kind)
