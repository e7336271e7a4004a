"""Merges the results of a client's logpoints, and of clients that share a folder; files that differ are not written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lpcac.core.errors import ExitCode, gravest
from lpcac.core.findings import Finding
from lpcac.core.resources import ResourceKey
from lpcac.core.text.enumeration import listed
from lpcac.core.text.safe_text import quoted
from lpcac.planning.diff.carried_fields import declarable
from lpcac.sync.client_state import ClientState
from lpcac.sync.document_edits import label
from lpcac.sync.result import SyncResult

_MOST_NAMES_SHOWN = 5

Decided = tuple[ClientState, SyncResult]
"""A client on one of its logpoints, and what to write so that its files declare what is live there."""


def for_all_logpoints(decided: Sequence[Decided]) -> SyncResult:
    """Return what to write for a client: one set of files that is right for all its logpoints.

    The logpoints may differ if the files already say so, for example with `${logpoint}`. A finding on only some
    logpoints names them. If one logpoint must be chosen, the result's problem says so.
    """
    decided = sorted(decided, key=lambda each: each[0].target.logpoint)
    (state, first), *others = decided
    other_targets = tuple(other.target for other, _ in others)
    if stopped := next((result for _, result in decided if result.problem is not None), None):
        return stopped
    if any(other.edits != first.edits for _, other in others):
        return SyncResult(
            state.client.name,
            state.target,
            problem=_choose_one(decided),
            exit_code=ExitCode.USAGE,
            other_targets=other_targets,
        )
    return replace(
        first,
        missing=tuple(state.in_order({key for _, result in decided for key in result.missing})),
        findings=tuple(_findings(decided)),
        exit_code=gravest([result.exit_code for _, result in decided]),
        other_targets=other_targets,
    )


def for_all_clients(folders: Sequence[str], results: Sequence[SyncResult]) -> list[SyncResult]:
    """Return the results without edits that contradict another client of the same folder.

    Edits are also dropped if another client of the folder could not be synced.

    Arguments:
        folders: of the results' clients, in the same order; clients may share a folder.
    """
    agreed = list(results)
    for folder in set(folders):
        sharing = [index for index, each in enumerate(folders) if each == folder]
        stopped = [results[index] for index in sharing if results[index].problem is not None]
        first, *others = [results[index] for index in sharing]
        is_agreed = all(other.edits == first.edits for other in others)
        for index in sharing[1:] if is_agreed else sharing:
            if results[index].edits:
                agreed[index] = replace(results[index], edits=())
                if stopped:
                    agreed[index] = _held_up(results[index], folder, stopped)
                elif not is_agreed:
                    agreed[index] = _refused(results[index], folder, [results[each].client for each in sharing])
    return agreed


def _findings(decided: Sequence[Decided]) -> list[Finding]:
    places: dict[Finding, list[str]] = {}
    for state, result in decided:
        for finding in result.findings:
            places.setdefault(finding, []).append(quoted(state.target.logpoint))
    return [
        finding
        if len(found) == len(decided)
        else replace(finding, message=f"{finding.message} (on {', '.join(sorted(found))})")
        for finding, found in places.items()
    ]


def _choose_one(decided: Sequence[Decided]) -> str:
    state = decided[0][0]
    names = [label(key) for key in state.in_order(_differing(decided))]
    logpoints = ", ".join(sorted(quoted(each.target.logpoint) for each, _ in decided))
    return (
        f"the logpoints of client {quoted(state.client.name)} ({logpoints}) differ in "
        f"{listed(names, _MOST_NAMES_SHOWN)}: choose one with --logpoint"
    )


def _differing(decided: Sequence[Decided]) -> set[ResourceKey]:
    """Return the objects that differ between logpoints; all objects to write, if only their spelling differs."""
    keys = {each.key for _, result in decided for each in result.objects}
    first, *others = [_found(state, result) for state, result in decided]
    return {key for key in keys if any(other.get(key) != first.get(key) for other in others)} or keys


def _found(state: ClientState, result: SyncResult) -> dict[ResourceKey, object]:
    """Return the live spec of each object whose declaration changes."""
    live = state.live.objects
    return {each.key: (declarable(live[each.key].spec) if each.key in live else "missing") for each in result.objects}


def _held_up(result: SyncResult, folder: str, stopped: Sequence[SyncResult]) -> SyncResult:
    """Return the result without its edits, because another client of its folder could not be synced."""
    others = (
        f"client {quoted(other.client)} has the same folder, {quoted(folder)}, and could not be "
        f"{'synced' if other.target else 'read'}"
        for other in stopped
    )
    problem = f"{'; '.join(others)}: nothing was written"
    code = gravest([other.exit_code for other in stopped])
    return replace(result, edits=(), objects=(), problem=problem, exit_code=code)


def _refused(result: SyncResult, folder: str, clients: Sequence[str]) -> SyncResult:
    problem = (
        f"clients {' and '.join(map(quoted, clients))} share the folder {quoted(folder)} but need different "
        "files: nothing was written, choose one with --client"
    )
    return replace(result, edits=(), objects=(), problem=problem, exit_code=ExitCode.USAGE)
