"""Merges the findings of many clients: a finding in a base is reported once, with the clients it affects."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lpcac.core.findings import Finding, Position, Severity
from lpcac.core.text.enumeration import listed
from lpcac.core.text.safe_text import quoted, shortened
from lpcac.directory_map.directory_map import Client

_Identity = tuple[object, ...]

_NAMED = 2
"""Number of clients to name; the rest are counted."""


@dataclass(frozen=True)
class ClientFindings:
    """The findings of one client.

    Arguments:
        shared_files: the names of its bases' files.
        unused: its unused variables.
    """

    client: Client
    findings: tuple[Finding, ...]
    shared_files: Collection[str] = ()
    unused: frozenset[str] = frozenset()


def deduplicated(logpoints: Iterable[Sequence[Finding]]) -> tuple[Finding, ...]:
    """Return the findings of one client on all its logpoints.

    The same finding on several logpoints is returned once, with the first one's message.
    """
    found: dict[_Identity, Finding] = {}
    for findings in logpoints:
        for identity, finding in _identified(findings):
            found.setdefault(identity, finding)
    return tuple(found.values())


def merged_across_clients(clients: Sequence[ClientFindings]) -> list[tuple[Finding, ...]]:
    """Return each client's findings; a finding in a base's file says how many clients it affects, and names the first.

    The same finding in several clients is one finding, even if their values differ: the first client's message is kept.
    Values set by different map entries are reported separately.
    """
    hits: dict[_Identity, list[str]] = defaultdict(list)
    first: dict[_Identity, Finding] = {}
    for each in clients:
        for identity, finding in _shared(each):
            hits[identity].append(each.client.name)
            first.setdefault(identity, finding)
    merged = {
        identity: replace(finding, message=f"{finding.message} ({_in_clients(hits[identity])})")
        for identity, finding in first.items()
    }
    return [_with_merged(each, merged) for each in clients]


def _with_merged(client: ClientFindings, merged: Mapping[_Identity, Finding]) -> tuple[Finding, ...]:
    replacements = {id(finding): merged[identity] for identity, finding in _shared(client)}
    return tuple(replacements.get(id(finding), finding) for finding in client.findings)


def _shared(client: ClientFindings) -> Iterator[tuple[_Identity, Finding]]:
    """Yield the findings in the client's bases, each with its identity across clients."""
    for identity, finding in _identified(client.findings):
        if finding.position is not None and finding.position.file in client.shared_files:
            yield identity, finding


def _identified(findings: Iterable[Finding]) -> Iterator[tuple[_Identity, Finding]]:
    """Yield each finding with its identity, which does not depend on the message.

    Values from variables are different findings if the map sets the variables in different places.
    """
    seen: Counter[_Identity] = Counter()
    for finding in findings:
        words = finding.message if finding.position is None else ""
        about = (finding.code, finding.position, finding.pointer, finding.severity, finding.origins, words)
        # Two things can be wrong at one place; they are numbered in order, so that the lists of clients match.
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
            message = f"variable {quoted(variable)} is never used in the files or bases: use it or remove it"
            place = group[0].client.vars_at.get(variable, position)
            yield Finding("unused-variable", f"{message} ({_in_clients(names)})", place, severity=Severity.WARNING)
