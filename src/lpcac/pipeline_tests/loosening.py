"""Which cases a proposal removes, or lets expect less than before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lpcac.core.safe_text import quoted
from lpcac.pipeline_tests.cases import Case
from lpcac.pipeline_tests.document import ExpectationEntry

_OTHERS = ("repo", "retention_days", "dropped", "raw_dropped", "criterion")


def loosened_cases(before: Iterable[Case], after: Iterable[Case]) -> Iterator[tuple[Case, str]]:
    """Yield each case that is removed or expects less, with what the proposal does to it in words."""
    now = {(case.test, case.name): case for case in after}
    for was in before:
        case = now.get((was.test, was.name))
        if case is None:
            yield was, "removes"
        elif (case.via, case.event, case.samples) != (was.via, was.event, was.samples):
            yield was, "changes the event of"
        elif _expects_less(was.expect, case.expect):
            yield was, "changes what is expected of"


def loosening_words(case: Case, deed: str) -> str:
    """Return one case that is loosened, in words."""
    return f"{deed} case {quoted(case.name)} of test {quoted(case.test)}"


def _expects_less(was: ExpectationEntry | None, now: ExpectationEntry | None) -> bool:
    if was is None:
        return False
    if now is None or any(getattr(was, name) not in (None, getattr(now, name)) for name in _OTHERS):
        return True
    exact_or_least = now.at_least if now.retention_days is None else now.retention_days
    return was.at_least is not None and (exact_or_least is None or exact_or_least < was.at_least)
