"""What a Director manages, and which of it a client's entry means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lpcac.core.findings import Finding
from lpcac.core.resources import Target
from lpcac.core.text.did_you_mean import did_you_mean
from lpcac.core.text.enumeration import listed
from lpcac.core.text.safe_text import quoted, shortened
from lpcac.directory_map.directory_map import Client
from lpcac.directory_map.schema import ALL

# In any other mode the configuration API is blocked (API documentation 2.7.0, chapter on poolinfo).
NORMAL_MODE = "fabric_only"

_MOST_NAMES_SHOWN = 8


@dataclass(frozen=True)
class Logpoint:
    """One logpoint as the Director lists it."""

    name: str
    identifier: str
    mode: str = NORMAL_MODE
    version: str = field(default="", compare=False)


@dataclass(frozen=True)
class Pool:
    """One pool as the Director lists it."""

    name: str
    uuid: str
    active: bool = True
    machines: tuple[Logpoint, ...] = ()


def resolve(client: Client, pools: Sequence[Pool], director: str = "") -> tuple[list[Target], list[Finding]]:
    """Return one target for each usable logpoint the client names, and a finding for each that is none.

    Arguments:
        client: from the directory map, or ad hoc.
        pools: everything that the client's Director lists.
        director: that Director's address.

    """
    matching = [pool for pool in pools if client.pool in (pool.name, pool.uuid)]
    if len(matching) != 1:
        return [], [_pool_problem(client, matching, pools)]
    pool = matching[0]
    if not pool.uuid:
        message = f'the Director lists pool "{pool.name}" without its pool_uuid, so it cannot be addressed'
        return [], [_finding(client, "unusable-pool", message)]
    if not pool.active:
        message = f"pool {quoted(pool.name)} is inactive: activate it, or remove the client from the map"
        return [], [_finding(client, "inactive-pool", message)]
    if not pool.machines:
        message = f"pool {quoted(pool.name)} has no logpoint: add one in the Director"
        return [], [_finding(client, "empty-pool", message)]
    return _choose(client, pool, director)


def _choose(client: Client, pool: Pool, director: str) -> tuple[list[Target], list[Finding]]:
    chosen: dict[str, Logpoint] = {}
    findings = []
    for wanted in [machine.identifier for machine in pool.machines] if client.logpoints == ALL else client.logpoints:
        matching = [machine for machine in pool.machines if wanted in (machine.name, machine.identifier)]
        if len(matching) != 1:
            findings.append(_logpoint_problem(client, wanted, matching, pool))
        elif matching[0].mode != NORMAL_MODE:
            findings.append(_co_managed(client, matching[0], pool))
        else:
            chosen[matching[0].identifier] = matching[0]
    targets = [
        Target(client.name, pool.name, machine.name, pool.uuid, machine.identifier, director)
        for machine in chosen.values()
    ]
    return targets, findings


def _co_managed(client: Client, machine: Logpoint, pool: Pool) -> Finding:
    message = (
        f"logpoint {quoted(machine.name)} of pool {quoted(pool.name)} is in mode {quoted(machine.mode)}, "
        f"which blocks the configuration API: switch it to {NORMAL_MODE} in the Director"
    )
    if client.logpoints == ALL:
        message += ', or name the other logpoints in place of "*"'
    return _finding(client, "co-managed-logpoint", message)


def _pool_problem(client: Client, matching: Sequence[Pool], pools: Sequence[Pool]) -> Finding:
    if matching:
        uuids = _list(pool.uuid for pool in matching)
        message = f"{len(matching)} pools are called {quoted(client.pool)}: give the UUID of one instead ({uuids})"
        return _finding(client, "ambiguous-pool", message)
    names = [pool.name for pool in pools]
    hint = did_you_mean(client.pool, names)
    message = f"the Director has no pool {quoted(client.pool)}{hint}; it has {_list(names)}"
    return _finding(client, "unknown-pool", message)


def _logpoint_problem(client: Client, wanted: str, matching: Sequence[Logpoint], pool: Pool) -> Finding:
    if matching:
        identifiers = _list(machine.identifier for machine in matching)
        message = (
            f"{len(matching)} logpoints of pool {quoted(pool.name)} are called {quoted(wanted)}: "
            f"give the identifier of one instead ({identifiers})"
        )
        return _finding(client, "ambiguous-logpoint", message)
    names = [machine.name for machine in pool.machines]
    hint = did_you_mean(wanted, names)
    message = f"pool {quoted(pool.name)} has no logpoint {quoted(wanted)}{hint}; it has {_list(names)}"
    return _finding(client, "unknown-logpoint", message)


def _list(names: Iterable[str]) -> str:
    return listed([shortened(name) for name in sorted(names)], _MOST_NAMES_SHOWN) or "none"


def _finding(client: Client, code: str, message: str) -> Finding:
    whose = f"client {quoted(client.name)}: " if client.name else ""
    return Finding(code, f"{whose}{message}", client.position)
