"""How patiently an apply waits, learnt from the orders of the same run."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ReadbackLimits:
    """How long the Director is given before something is concluded from what it does not show; all in seconds.

    Arguments:
        unheard_of: until an order that answers 404 is lost. "HTTP 404 during the first seconds" is normal.
        list_lag: until a list has to show what a successful order did.
        first: for which the absence of an object proves nothing, while nothing is known of this Director.
        shortest: the same at least, once something is known.
        longest: the same at most.
        convergence: until all lists together have to show what was done.
    """

    unheard_of: float = 15.0
    list_lag: float = 60.0
    first: float = 15.0
    shortest: float = 5.0
    longest: float = 60.0
    convergence: float = 15.0


@dataclass
class LatencyEstimate:
    """What was learnt about how fast this Director is: seconds from a submission until its result could be read."""

    limits: ReadbackLimits = field(default_factory=ReadbackLimits)
    slowest: float | None = None
    shortest_order: float = 0.0

    def learn_order(self, seconds: float) -> None:
        """Remember an order that was found finished after this long; it was so a little earlier."""
        self.shortest_order = min(self.shortest_order or seconds, seconds * 0.97)

    def learn(self, seconds: float) -> None:
        """Remember a change that took this long."""
        self.slowest = max(self.slowest or 0.0, seconds)

    def patience(self) -> float:
        """Return for how many seconds the absence of an object proves nothing."""
        if self.slowest is None:
            return self.limits.first
        return min(max(3 * self.slowest, self.limits.shortest), self.limits.longest)
