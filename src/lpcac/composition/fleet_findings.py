"""What is wrong with many clients, each thing told once: with the clients it hits where their base is at fault."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lpcac.core.enumeration import listed
from lpcac.core.findings import Finding, Position, Severity
from lpcac.core.safe_text import quoted, shortened
from lpcac.directory_map.directory_map import Client

_Identity = tuple[object, ...]

_NAMED = 2
"""Clients that are named before the rest is counted."""


@dataclass(frozen=True)
class ClientFindings:
    """What is wrong with one client.

    Arguments:
        shared_files: the names of its bases' files.
        unused: its variables that stand nowhere.
    """

    client: Client
    findings: tuple[Finding, ...]
    shared_files: Collection[str] = ()
    unused: frozenset[str] = frozenset()


def deduplicated(logpoints: Iterable[Sequence[Finding]]) -> tuple[Finding, ...]:
    """Return what is wrong with one client on any of its logpoints.

    What is found at the same place for the same reason is one finding on all of them, in the words of the first.
    """
    told: dict[_Identity, Finding] = {}
    for findings in logpoints:
        for identity, finding in _identified(findings):
            told.setdefault(identity, finding)
    return tuple(told.values())


def merged_across_clients(clients: Sequence[ClientFindings]) -> list[tuple[Finding, ...]]:
    """Return each client's findings; one in a base's file says how many clients it hits, and names the first of them.

    What is found at the same place for the same reason is one finding in all clients, also where their values differ:
    the first client's words are kept. Of values that different entries of the map set, each is told.
    """
    hits: dict[_Identity, list[str]] = defaultdict(list)
    first: dict[_Identity, Finding] = {}
    for each in clients:
        for identity, finding in _shared(each):
            hits[identity].append(each.client.name)
            first.setdefault(identity, finding)
    told = {
        identity: replace(finding, message=f"{finding.message} ({_in_clients(hits[identity])})")
        for identity, finding in first.items()
    }
    return [_told(each, told) for each in clients]


def _told(client: ClientFindings, told: Mapping[_Identity, Finding]) -> tuple[Finding, ...]:
    in_its_stead = {id(finding): told[identity] for identity, finding in _shared(client)}
    return tuple(in_its_stead.get(id(finding), finding) for finding in client.findings)


def _shared(client: ClientFindings) -> Iterator[tuple[_Identity, Finding]]:
    """Yield what is found in the client's bases, under what makes it the same thing in every client."""
    for identity, finding in _identified(client.findings):
        if finding.position is not None and finding.position.file in client.shared_files:
            yield identity, finding


def _identified(findings: Iterable[Finding]) -> Iterator[tuple[_Identity, Finding]]:
    """Yield the findings, each under what makes it the same thing elsewhere, whatever the words.

    A value that was made from variables is another thing where the map sets these elsewhere; clients of one entry
    have theirs from the same places.
    """
    seen: Counter[_Identity] = Counter()
    for finding in findings:
        words = finding.message if finding.position is None else ""
        about = (finding.code, finding.position, finding.pointer, finding.severity, finding.origins, words)
        # Two things can be wrong at one place; the first of one list is the first of the next.
        seen[about] += 1
        yield (*about, seen[about]), finding


def _in_clients(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"in client {shortened(names[0])}"
    return f"in {len(names)} clients: {listed([shortened(name) for name in names], _NAMED)}"


def unused_variables(clients: Iterable[ClientFindings]) -> Iterator[Finding]:
    """Yield a warning for each variable that no client of its entry of the map uses."""
    by_entry: dict[Position, list[ClientFindings]] = defaultdict(list)
    for each in clients:
        if each.client.position is not None and each.client.vars:
            by_entry[each.client.position].append(each)
    for position, group in by_entry.items():
        unused = frozenset.intersection(*(each.unused for each in group))
        names = [each.client.name for each in group]
        for variable in sorted(unused):
            message = f"variable {quoted(variable)} stands nowhere in the files and bases: use it or remove it"
            place = group[0].client.vars_at.get(variable, position)
            yield Finding("unused-variable", f"{message} ({_in_clients(names)})", place, severity=Severity.WARNING)
