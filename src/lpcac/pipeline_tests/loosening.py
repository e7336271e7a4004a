"""Which cases a proposal removes, takes events from, or makes expect less than before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lpcac.core.text.safe_text import quoted
from lpcac.pipeline.events import Event
from lpcac.pipeline_tests.cases import Case
from lpcac.pipeline_tests.document import ExpectationEntry
from lpcac.pipeline_tests.running import Runner

_OTHERS = ("repo", "retention_days", "dropped", "raw_dropped", "criterion")


@dataclass(frozen=True)
class LoosenedCase:
    """A case that a proposal does not have as it was.

    Arguments:
        case: as it was.
        deed: what the proposal does to it, in words.
        must_pass: whether it must still pass, because the proposal does not expect something else instead.
    """

    case: Case
    deed: str
    must_pass: bool = True

    def __str__(self) -> str:
        """Return the deed and the case, in words."""
        return f"{self.deed} case {quoted(self.case.name)} of test {quoted(self.case.test)}"


@dataclass(frozen=True)
class Comparison:
    """Compares the cases of two commits.

    Arguments:
        was: reads the samples of the older one.
        now: reads those of the newer one.
    """

    was: Runner
    now: Runner
    _kept: dict[tuple[str, str, str, str], bool] = field(default_factory=dict)
    """By files of tests and samples, before and now, whether every event is still there."""

    def loosened(self, before: Iterable[Case], after: Iterable[Case]) -> Iterator[LoosenedCase]:
        """Yield each case that the proposal does not have any more as it was, under any name."""
        named: dict[tuple[str, str], Case] = {}
        alike: dict[str, list[Case]] = {}
        for each in after:
            named[each.test, each.name] = each
            alike.setdefault(_event_of(each), []).append(each)
        for was in before:
            case = named.get((was.test, was.name))
            same = [each for each in alike.get(_event_of(was), ()) if self._keeps_events(was, each)]
            if any(not _expects_less(was.expect, each.expect) for each in same):
                continue
            if case is None:
                yield LoosenedCase(was, "removes")
            elif case in same:
                yield LoosenedCase(was, "changes what is expected of", must_pass=False)
            else:
                yield LoosenedCase(was, "changes the events of")

    def _keeps_events(self, was: Case, case: Case) -> bool:
        """Tell whether every sample event of a case is still one; true where the case itself holds the events."""
        if not was.samples:
            return True
        key = was.file, was.samples, case.file, case.samples
        if key not in self._kept:
            before, problem = self.was.events(was)
            now, _ = self.now.events(case)
            lost = Counter(_text(event) for _, event in before) - Counter(_text(event) for _, event in now)
            self._kept[key] = problem is not None or not lost
        return self._kept[key]


def _event_of(case: Case) -> str:
    return json.dumps([case.via, bool(case.samples), _text(case.event)])


def _text(event: Event) -> str:
    return json.dumps(event, sort_keys=True, default=str)


def _expects_less(was: ExpectationEntry | None, now: ExpectationEntry | None) -> bool:
    if was is None:
        return False
    if now is None or any(getattr(was, name) not in (None, getattr(now, name)) for name in _OTHERS):
        return True
    exact_or_least = now.at_least if now.retention_days is None else now.retention_days
    return was.at_least is not None and (exact_or_least is None or exact_or_least < was.at_least)
