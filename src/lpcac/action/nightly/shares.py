"""A night of hundreds of clients: many jobs look for drift and leave a part each, one more keeps the issues of all."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict

from lpcac.action.nightly.drift_check import Seen, concluded, look_at
from lpcac.action.nightly.issue_state import LostApply
from lpcac.action.nightly.nightly import conclude_night, map_of, publish_look
from lpcac.action.pull_request.shards import parts_folder
from lpcac.action.run import Run
from lpcac.connectors.github.events import Event
from lpcac.core.digests import digest
from lpcac.core.errors import ExitCode, InvalidConfigurationError, UsageError
from lpcac.core.json_values import Json
from lpcac.core.resources import Target
from lpcac.core.safe_text import quoted
from lpcac.directory_map.directory_map import Client, DirectoryMap
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.plan import TargetPlan
from lpcac.reports.json.plan import parse_plan_document, plan_document
from lpcac.reports.json.plan_reader import guarded_targets

_FORMAT = 1
_NOT_CHECKED = "no job checked it: run the failed jobs again"


def drift_shard(run: Run, _event: Event) -> ExitCode:
    """Look for drift in the chosen clients and leave what was found in the folder of parts; no issue is touched.

    Raises:
        UsageError: no clients are chosen, or the input parts names no folder.
    """
    folder, commit = parts_folder(run), run.commit
    run.hide_secrets_named_at(commit)
    if not run.settings.inputs.clients:
        message = "drift-shard needs clients: name them with the input clients"
        raise UsageError(message)
    names = [client.name for client in map_of(run, commit).select(run.settings.inputs.clients)]
    seen = asyncio.run(look_at(run, commit, names, run.history()))
    run.runner.write_json(f"{folder}/lpcac-night-{digest(names)[:16]}.json", _content(commit, seen))
    return publish_look(run, commit, concluded(run, commit, seen, everyone=False))


def drift_issues(run: Run, event: Event) -> ExitCode:
    """Keep the issues by what all shares found, and return what the job ends with; no Director is asked.

    A client that no part tells of counts as one that could not be checked.

    Raises:
        UsageError: the input parts names no folder.
    """
    folder, commit = parts_folder(run), run.commit
    run.hide_secrets_named_at(commit)
    found = map_of(run, commit)
    chosen = found.select(run.settings.inputs.clients)
    names = sorted(
        path.relative_to(run.runner.folder) for path in (run.runner.folder / folder).rglob("lpcac-night-*.json")
    )
    parts = [seen for name in names for part, seen in [_part(run, str(name))] if part == commit]
    everyone = len(chosen) == len(found.clients)
    checked = concluded(run, commit, _together(found, [client.name for client in chosen], parts), everyone=everyone)
    return conclude_night(run, event, commit, checked, everyone=everyone)


def _together(found: DirectoryMap, names: list[str], parts: list[Seen]) -> Seen:
    """Return what the shares found of these clients; a job that was run again may have left its share twice."""
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
        "lpcac_night": _FORMAT,
        "commit": commit,
        "clients": list(seen.clients),
        "plan": plan_document([GuardedTarget(plan, ()) for plan in seen.plans], {"commit": commit}),
        "lost": [
            {"target": asdict(each.target), "applied": each.applied, "reasons": list(each.reasons)}
            for each in seen.lost
        ],
    }


def _part(run: Run, name: str) -> tuple[str, Seen]:
    content = run.runner.read_json(name)
    known: Json = content if isinstance(content, dict) and content.get("lpcac_night") == _FORMAT else {}
    try:
        plans = tuple(each.plan for each in guarded_targets(parse_plan_document(json.dumps(known["plan"]))))
        lost = tuple(
            LostApply(Target(**each["target"]), each["applied"], tuple(map(str, each["reasons"])))
            for each in known["lost"]
        )
        commit, clients = str(known["commit"]), tuple(map(str, known["clients"]))
    except (KeyError, TypeError) as error:
        message = f"{quoted(name)} was not written by drift-shard of this version of lpcac"
        raise InvalidConfigurationError(message) from error
    return commit, Seen(clients, plans, lost)
