"""How fast a Director is, learnt from its orders: when to ask about the next one, and what an absence proves."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import count
from statistics import median
from typing import Final

# An order between a second and half a minute is asked about this often at most, whatever is known of others.
_MOST_POLLS: Final = 15
_SHORTEST: Final = 1.0
_LONGEST: Final = 30.0
# The end is noticed within a second, or within a fifth of the order's length. A little less, as time passes on the way.
_WITHIN: Final = 0.99
_SHARE: Final = 0.2
_LONGEST_GAP: Final = 6.0
# While nothing is known, orders are asked about at different moments: that teaches more than one moment for all.
_UNKNOWN: Final = (1.98, 1.73, 1.48)
# Orders that differ by no more than this are alike; this many of them are trusted.
_ALIKE: Final = 0.12
_ALIKE_SHARE: Final = 0.85
_TRUSTED_FROM: Final = 3
_REMEMBERED: Final = 12
_FINEST: Final = 0.02
# Less than a clock tells apart.
_CLOCK: Final = 0.0005
_STEP: Final = 0.06
_WRONG_FROM: Final = 1.25
_FEW: Final = 6
_WIDE: Final = 0.3
# Orders shorter than this, all of them, may be asked about as often as that takes: there is no half-minute among them.
_FAST: Final = 2.2
# After this many orders that had ended when they were first asked about, the next one is asked about a little earlier.
_STREAK: Final = 3


@dataclass(frozen=True)
class ReadbackLimits:
    """How long the Director is given before something is concluded from what it does not show; all in seconds.

    Arguments:
        unheard_of: until an order that answers 404 is lost. "HTTP 404 during the first seconds" is normal.
        list_lag: until a list must show what a successful order did.
        first: for which the absence of an object proves nothing, while nothing is known of this Director.
        shortest: the same at least, once something is known.
        longest: the same at most.
        convergence: until all lists together must show what was done.
        first_question: until the first order is asked about, while nothing is known of this Director.
    """

    unheard_of: float = 15.0
    list_lag: float = 60.0
    first: float = 15.0
    shortest: float = 5.0
    longest: float = 60.0
    convergence: float = 15.0
    first_question: float = 1.0


def widest_gap(asked: float) -> float:
    """Return the seconds after which an unfinished order must be asked about again, whatever is known of others."""
    return _WITHIN * min(max(1.0, asked * _SHARE), _LONGEST_GAP)


@dataclass(frozen=True)
class Guess:
    """Between which seconds orders of alike length end; `is_trusted` when enough of them did."""

    start: float
    end: float
    is_trusted: bool

    def next_after(self, asked: float) -> float | None:
        """Return when to ask next after a question without a result; `None` when the guess was wrong."""
        end = self.end + max(_FINEST / 2, self.end * 0.01)
        if asked >= end * _WRONG_FROM:
            return None
        at = max(asked, self.start)
        if at < end / 2:
            # Too little is known for small steps: the middle tells most, once it is worth a question more.
            return (at + end) / 2 if self.is_trusted else end
        step = max(_FINEST, at * _STEP, (end - at) / (2 if end - at > _WIDE * end else 3))
        return end if at < end <= at + 1.2 * step else at + step


def _range_of(lengths: Collection[tuple[float, float]]) -> tuple[float, float] | None:
    """Return between which seconds orders end that were seen unfinished and finished so; `None` if they differ."""
    if not lengths:
        return None
    start, end = max(low for low, _ in lengths), min(high for _, high in lengths)
    if start < end:
        return start, end
    typical = median((low + high) / 2 for low, high in lengths)
    least, most = typical * (1 - _ALIKE), typical * (1 + _ALIKE)
    alike = [(low, high) for low, high in lengths if low <= most and high >= least]
    if len(alike) < _ALIKE_SHARE * len(lengths):
        return None
    middles = sorted(min(max((low + high) / 2, least), most) for low, high in alike)
    return middles[len(middles) // 4] / (1 + _STEP), middles[-1]


@dataclass
class LatencyEstimate:
    """What was learnt about how fast this Director is: seconds from a submission until its result could be read."""

    limits: ReadbackLimits = field(default_factory=ReadbackLimits)
    slowest: float | None = None
    _lengths: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    _streak: int = 0
    _numbers: count[int] = field(default_factory=count)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def learn_order(self, unfinished: float, finished: float) -> None:
        """Remember an order that was not finished after some seconds, 0 if nobody asked, and was after some more."""
        guess = self.guess()
        if unfinished <= 0:
            self._streak += 1
            unfinished = min(guess.start, finished * 0.9) if guess else 0.0
        else:
            self._streak = 0
        self._lengths.append((unfinished, finished))
        self._news.set()
        self._news = asyncio.Event()

    def learn(self, seconds: float) -> None:
        """Remember a change that took this long."""
        self.slowest = max(self.slowest or 0.0, seconds)

    def patience(self) -> float:
        """Return for how many seconds the absence of an object proves nothing."""
        if self.slowest is None:
            return self.limits.first
        return min(max(3 * self.slowest, self.limits.shortest), self.limits.longest)

    def guess(self) -> Guess | None:
        """Return when orders end, if those that were seen are alike."""
        found = _range_of(self._lengths)
        if found is None:
            return None
        start, end = found
        if self._streak >= _STREAK:
            start *= 0.9
        return Guess(start, end, len(self._lengths) >= _TRUSTED_FROM)

    def gap(self, asked: float) -> float:
        """Return the seconds after which an order that was not finished must be asked about again."""
        gap = widest_gap(asked)
        if self.is_fast:
            longest = max(high for _, high in self._lengths)
            gap = min(gap, max(asked * _SHARE, longest / 10, 2 * _FINEST))
        return gap

    @property
    def is_fast(self) -> bool:
        """Tell whether all orders that were seen, and enough of them, were short."""
        return len(self._lengths) >= _TRUSTED_FROM and all(high < _FAST for _, high in self._lengths)

    def first(self, early: float) -> float:
        """Return when an order must be asked about first where no guess says better; `early` if nothing is known."""
        if not self._lengths:
            return early
        shortest = min(min(high for _, high in self._lengths) * 0.9, _SHORTEST)
        return shortest + self.gap(shortest)

    def polling(self) -> Polling:
        """Return the plan of questions about one more order."""
        number = next(self._numbers)
        return Polling(self, _UNKNOWN[number % len(_UNKNOWN)] if number else self.limits.first_question)

    async def news(self, seconds: float) -> None:
        """Wait until something is learnt, at most for some seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            pass


@dataclass
class Polling:
    """When to ask about one order; times are seconds since it was accepted."""

    pace: LatencyEstimate
    early: float
    asked: float = 0.0
    polls: int = 0

    def next_at(self) -> float:
        """Return when to ask next."""
        latest = self._latest()
        guess = self.pace.guess()
        wanted = guess.next_after(self.asked) if guess else None
        if guess is None or wanted is None:
            return latest
        if guess.is_trusted and self.asked < guess.start:
            return wanted
        may = (guess.is_trusted and self.polls < _FEW) or self._affords(wanted)
        return wanted if wanted < latest and may else latest

    def in_vain(self, at: float) -> None:
        """Remember a question that found the order unfinished."""
        self.asked, self.polls = at, self.polls + 1

    async def wait(self, began: float, limit: float) -> None:
        """Wait until it is time to ask, at most until `limit`; what is learnt while waiting can make it earlier."""
        loop = asyncio.get_running_loop()
        while (left := min(self.next_at(), limit) - (loop.time() - began)) > _CLOCK:
            await self.pace.news(left)

    def _latest(self) -> float:
        if self.polls == 0:
            return self.pace.first(self.early)
        return self.asked + self.pace.gap(self.asked)

    def _affords(self, wanted: float) -> bool:
        """Tell whether a question at that time leaves enough of them for an order that takes long."""
        if self.pace.is_fast and wanted < 2 * _FAST:
            return True
        at, needed = wanted, self.polls + 1
        if at < _SHORTEST:
            at, needed = _UNKNOWN[0], needed + 1
        while at < _LONGEST:
            at, needed = at + widest_gap(at), needed + 1
        return needed <= _MOST_POLLS or at >= _LONGEST + _LONGEST_GAP
