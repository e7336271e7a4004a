"""The night: looks for drift on every target, keeps one issue for each client, reports what could not be checked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from lpcac.action.nightly.client_findings import ClientDriftCheck
from lpcac.action.nightly.drift_check import DriftCheckResult, check_clients
from lpcac.action.nightly.issue_keeper import IssueKeeper, Kept
from lpcac.action.nightly.summary_page import DriftSummaryPage
from lpcac.action.outputs import flag, publish_page
from lpcac.action.run import Run
from lpcac.apply.signals import run_to_end
from lpcac.connectors.github.events import Event, ManualEvent
from lpcac.core.errors import ExitCode, InvalidConfigurationError
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import DirectoryMap


def look_for_drift(run: Run, event: Event) -> ExitCode:
    """Compare every target with what was applied to it last, keep the issues, and return what the job ends with.

    Issues and an output report drift itself; the job fails only when something could not be checked or reported.
    """
    commit = run.commit
    run.hide_secrets_named_at(commit)
    found = map_of(run, commit)
    chosen = found.select(run.settings.inputs.clients)
    everyone = len(chosen) == len(found.clients)
    checked = run_to_end(check_clients(run, commit, [client.name for client in chosen], everyone=everyone))
    return conclude_night(run, event, commit, checked, everyone=everyone)


def map_of(run: Run, commit: str) -> DirectoryMap:
    """Return a commit's map.

    Raises:
        InvalidConfigurationError: there is none that can be used.
    """
    read = run.commits.at(commit)
    if read.is_broken or read.map is None:
        message = f"commit {commit[:12]} has no directory map {quoted(run.commits.map_file)} that can be used"
        raise InvalidConfigurationError(message)
    return read.map


def conclude_night(run: Run, event: Event, commit: str, checked: DriftCheckResult, *, everyone: bool) -> ExitCode:
    """Update the issues, report what was found, and return what the job ends with."""
    most, clean = run.settings.inputs.max_issues, run.output.redactor.clean
    keeper = IssueKeeper(run.github, run.now(), run.scope, most, clean)
    # A job with its own scope gets the clients that it manages.
    is_whole = everyone or (run.settings.inputs.scope is not None and _is_scheduled(event))
    clients = [client.name for client in map_of(run, commit).clients]
    return publish_look(run, commit, checked, keeper.keep(checked.nights, clients, everyone=is_whole))


def publish_look(run: Run, commit: str, checked: DriftCheckResult, kept: Kept | None = None) -> ExitCode:
    """Report what was found, and return what the job ends with.

    Arguments:
        kept: what was done to issues; `None` where that is another job's.
    """
    done = kept or Kept()
    _publish(run, commit, checked, done)
    is_known = all(night.is_complete and not _has_errors(night) for night in checked.nights)
    return ExitCode.OK if is_known and not done.problems else ExitCode.NOT_DONE


def _is_scheduled(event: Event) -> bool:
    return isinstance(event, ManualEvent) and event.is_scheduled


def _publish(run: Run, commit: str, checked: DriftCheckResult, kept: Kept) -> None:
    found = DriftSummaryPage(
        checked.nights, commit, kept.steps, kept.held_back, kept.problems, checked.remarks, checked.unclaimed
    )
    publish_page(run, found.fitted)
    for line in (*kept.problems, *kept.notes, *map(str, checked.remarks), *checked.unclaimed):
        run.runner.say(line)
    run.runner.set_outputs(_outputs(checked.nights))


def _outputs(nights: Sequence[ClientDriftCheck]) -> Mapping[str, str]:
    drifted = [night.client for night in nights if any(d.changed or d.missing or d.errors for d in night.drifts)]
    unchecked = [night.client for night in nights if not night.is_complete]
    lost = [night.client for night in nights if night.lost]
    return {
        "has-drift": flag(bool(drifted)),
        "drifted": json.dumps(drifted, ensure_ascii=False),
        "unreachable": json.dumps(unchecked, ensure_ascii=False),
        "lost-applies": json.dumps(lost, ensure_ascii=False),
    }


def _has_errors(night: ClientDriftCheck) -> bool:
    return any(drift.errors for drift in night.drifts)
