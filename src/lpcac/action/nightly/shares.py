"""A night of hundreds of clients: many jobs look for drift and leave a part each, one more keeps the issues of all."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from lpcac.action.guarded_keys.reviewed import reviewed_map
from lpcac.action.nightly.client_findings import LostApply
from lpcac.action.nightly.drift_check import Seen, concluded, look_at, unclaimed_clients
from lpcac.action.nightly.nightly import conclude_night, map_of, publish_look
from lpcac.action.parts import Part, Parts, parts_folder, plans_of, unusable
from lpcac.action.run import Run
from lpcac.connectors.github.events import Event
from lpcac.core.errors import ExitCode, UsageError
from lpcac.core.json_values import Json
from lpcac.core.resources import Target
from lpcac.directory_map.directory_map import Client, DirectoryMap
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.plan import TargetPlan
from lpcac.reports.json.plan import plan_document

_NOT_CHECKED = "no job checked it: run the failed jobs again"


def drift_shard(run: Run, _event: Event) -> ExitCode:
    """Look for drift in the chosen clients and leave what was found in the folder of parts; no issue is touched.

    Raises:
        UsageError: no clients are chosen, or the input parts names no folder.
    """
    parts_folder(run)
    commit = run.commit
    run.hide_secrets_named_at(commit)
    if not run.settings.inputs.clients:
        message = "drift-shard needs clients: name them with the input clients"
        raise UsageError(message)
    found = map_of(run, commit)
    names = [client.name for client in found.select(run.settings.inputs.clients)]
    seen = asyncio.run(look_at(run, commit, names, run.history()))
    _parts(run, commit, found).leave(names, _content(commit, seen))
    return publish_look(run, commit, concluded(run, commit, seen, everyone=False))


def drift_issues(run: Run, event: Event) -> ExitCode:
    """Keep the issues by what all shares found, and return what the job ends with; no Director is asked.

    A client that is in no part counts as one that could not be checked.

    Raises:
        UsageError: the input parts names no folder.
    """
    commit = run.commit
    run.hide_secrets_named_at(commit)
    found = map_of(run, commit)
    chosen = found.select(run.settings.inputs.clients)
    names = [client.name for client in chosen]
    seen = _together(found, names, [_seen(part) for part in _parts(run, commit, found).read()])
    everyone = len(chosen) == len(found.clients)
    unclaimed = () if everyone else unclaimed_clients(run, commit, names, run.history())
    checked = concluded(run, commit, seen, everyone=everyone, unclaimed=unclaimed)
    return conclude_night(run, event, commit, checked, everyone=everyone)


def _together(found: DirectoryMap, names: list[str], parts: list[Seen]) -> Seen:
    """Return what the shares found of these clients."""
    seen: dict[str, Seen] = {}
    for part in parts:
        for name in part.clients:
            plans = tuple(plan for plan in part.plans if plan.target.client == name)
            lost = tuple(each for each in part.lost if each.target.client == name)
            seen[name] = Seen((name,), plans, lost, len(plans) + sum(each.applied is None for each in lost))
    missing = {client.name: _missing(client) for client in found.clients if client.name in names}
    of = [seen.get(name) or missing[name] for name in names]
    return Seen(
        tuple(names),
        tuple(plan for each in of for plan in each.plans),
        tuple(lost for each in of for lost in each.lost),
        sum(each.targets for each in of),
    )


def _missing(client: Client) -> Seen:
    targets = [Target(client.name, client.pool, logpoint, "", "") for logpoint in client.logpoints]
    return Seen((client.name,), tuple(TargetPlan(target, unread=_NOT_CHECKED) for target in targets), (), len(targets))


def _content(commit: str, seen: Seen) -> Json:
    return {
        "plan": plan_document([GuardedTarget(plan, ()) for plan in seen.plans], {"commit": commit}),
        "lost": [
            {"target": asdict(each.target), "applied": each.applied, "reasons": list(each.reasons)}
            for each in seen.lost
        ],
    }


def _parts(run: Run, commit: str, found: DirectoryMap) -> Parts:
    # Signed with keys of reviewed Directors: of another one, the map's author may know the token.
    reviewed = reviewed_map(run, commit).guarded.directors
    usual = next(iter(reviewed.values()), None)
    signers = {client.name: reviewed.get(client.director, usual) for client in found.clients}
    return Parts(run, "night", commit, {name: signer for name, signer in signers.items() if signer})


def _seen(part: Part) -> Seen:
    """Return what a share found.

    Raises:
        InvalidConfigurationError: the part does not hold it.
    """
    plans = tuple(each.plan for each in plans_of(part))
    try:
        lost = tuple(_lost(each) for each in part.content["lost"])
    except (KeyError, TypeError, ValueError):
        raise unusable(part) from None
    if any(each.target.client not in part.clients for each in lost):
        raise unusable(part)
    return Seen(part.clients, plans, lost)


def _lost(row: Json) -> LostApply:
    target, applied, reasons = Target(**row["target"]), row["applied"], row["reasons"]
    texts = [*asdict(target).values(), *reasons, *([] if applied is None else [applied])]
    if not isinstance(reasons, list) or not all(isinstance(text, str) for text in texts):
        raise TypeError
    return LostApply(target, applied, tuple(reasons))
