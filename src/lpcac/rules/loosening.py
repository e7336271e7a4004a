"""Which rules a proposal removes, or asks less by than before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from lpcac.core.findings import Severity
from lpcac.core.text.enumeration import listed
from lpcac.core.text.safe_text import quoted
from lpcac.rules.reading import Rule

_GRAVITY = (Severity.NOTICE, Severity.WARNING, Severity.ERROR)
_NAMED = 3


def loosening_of(was: Rule, now: Rule | None) -> str:
    """Return what a proposal does to a rule, as the end of a sentence; empty where it asks for no less than before.

    Two schemas cannot be compared, so another schema counts as one that asks for less.
    """
    if now is None:
        return f"removes rule {quoted(was.name)}"
    reasons = list(_reasons(was, now))
    return f"loosens rule {quoted(was.name)} ({'; '.join(reasons)})" if reasons else ""


def both(base: Sequence[Rule], proposed: Sequence[Rule]) -> list[Rule]:
    """Return the proposed rules, and those of the base that ask for more than these."""
    kept = (replace(rule, message=f"{rule.message}, as the reviewed rules ask") for rule in asking_more(base, proposed))
    return [*proposed, *kept]


def asking_more(base: Iterable[Rule], proposed: Iterable[Rule]) -> list[Rule]:
    """Return the rules of the base that ask for more than the proposed ones of the same name."""
    now = {rule.name: rule for rule in proposed}
    return [rule for rule in base if loosening_of(rule, now.get(rule.name))]


def loosened(base: Iterable[Rule], proposed: Iterable[Rule]) -> list[str]:
    """Return what a proposal does to each rule that it loosens or removes, as the ends of sentences."""
    now = {rule.name: rule for rule in proposed}
    return [words for rule in base if (words := loosening_of(rule, now.get(rule.name)))]


def _reasons(was: Rule, now: Rule) -> Iterator[str]:
    if now.asks != was.asks:
        yield "its schema changed"
    if _GRAVITY.index(now.severity) < _GRAVITY.index(was.severity):
        yield f"{now.severity.value} instead of {was.severity.value}"
    if kinds := sorted(was.kinds - now.kinds):
        yield f"no longer for {listed(kinds, _NAMED)}"
    clients = [each for each in was.clients if each not in now.clients]
    if clients and "*" not in now.clients:
        yield f"no longer for clients {listed([quoted(each) for each in clients], _NAMED)}"
