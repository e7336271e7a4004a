"""`lpcac doctor`: check an installation, one line for each thing."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lpcac import __version__
from lpcac.apply.signals import run_to_end
from lpcac.cli.github_access import github_api_url, github_token
from lpcac.cli.session import Session, start
from lpcac.connectors.files.maps import find_map, load_map
from lpcac.connectors.git.repository import open_repository
from lpcac.connectors.git.work_tree import current_branch, origin
from lpcac.connectors.github.api import GitHub
from lpcac.core.errors import ExitCode, LpcacError, UsageError
from lpcac.core.findings import errors_in
from lpcac.core.text.safe_text import escaped
from lpcac.directory_map.directory_map import MAP_NAME, DirectoryMap
from lpcac.installation.answers import RECORD, Record
from lpcac.installation.checks.branch import branch_check
from lpcac.installation.checks.check import Check, Status, failed, not_checked, ok
from lpcac.installation.checks.directors import DirectorPlace, director_checks
from lpcac.installation.checks.workflow_files import workflow_checks
from lpcac.installation.workflows import FOLDER
from lpcac.models import registry
from lpcac.workspace.connections import ConnectionOptions
from lpcac.workspace.scope import Scope
from lpcac.workspace.trust import read_trust, trust_file

_LARGEST_WORKFLOW = 1 << 20
_OF_ORIGIN = re.compile(r"[:/]([A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+?)(\.git)?/?$")
_MARKS = {Status.OK: "ok", Status.WARNING: "warning", Status.FAILED: "FAILED", Status.NOT_CHECKED: "not checked"}


@dataclass(frozen=True)
class _Place:
    """What is checked: a folder with or without a map, in a repository or not."""

    folder: Path
    root: Path
    directory_map: DirectoryMap | None
    record: Record | None


def doctor(map_file: str | None, repository: str | None, connection: ConnectionOptions, output_format: str) -> ExitCode:
    """Check the installation around the map, or around this folder if there is none; change nothing."""
    session = start()
    place, checks = _place(map_file)
    checks += run_to_end(_directors(place, session, connection))
    action = place.record.answers.action.repository if place.record else None
    checks += workflow_checks(_workflows(place.root), action, f"v{__version__}")
    checks.append(_branch(place, repository, session))
    if output_format == "json":
        session.output.json({"healthy": not _has_failed(checks), "checks": [_row(each) for each in checks]})
    else:
        session.output.result(_text(checks))
    return ExitCode.NOT_DONE if _has_failed(checks) else ExitCode.OK


def _place(map_file: str | None) -> tuple[_Place, list[Check]]:
    found = Path(map_file) if map_file else find_map(Path())
    folder = found.parent if found else Path()
    try:
        root = open_repository(folder).root
        checks = [ok("Git", "the folder is in a repository")]
    except UsageError as error:
        root, checks = folder, [failed("Git", str(error), "run git init, or go to the repository")]
    directory_map = None
    if found is None:
        checks.append(failed("map", f"there is no {MAP_NAME}", "run lpcac init"))
    else:
        directory_map, findings = load_map(found, registry())
        errors = errors_in(findings)
        checks += [failed("map", str(each)) for each in errors] or [ok("map", f"{found} is valid")]
    record = None
    try:
        record = Record.parse((folder / RECORD).read_bytes())
    except OSError:
        # A repository can be set up without init.
        pass
    except UsageError as error:
        checks.append(failed("init", str(error)))
    return _Place(folder, root, directory_map, record), checks


async def _directors(place: _Place, session: Session, connection: ConnectionOptions) -> list[Check]:
    if place.directory_map is None:
        places = [DirectorPlace("", Scope(()), ())]
    else:
        scope = Scope((), directors=place.directory_map.directors, map_folder=place.folder)
        clients = place.directory_map.clients
        places = [DirectorPlace(n, scope, [c for c in clients if c.director == n]) for n in scope.directors]
    kept = read_trust(trust_file(session.settings), place.folder)
    options = replace(connection, trust=connection.trust.with_more(kept.consents))
    redactor = session.output.redactor
    return [c for p in places for c in await director_checks(p, session.settings, options, redactor, registry())]


def _workflows(root: Path) -> dict[str, str]:
    """Return the content of every workflow, by its file's name; links are not followed."""
    folder = root.joinpath(*FOLDER.split("/"))
    if not folder.is_dir():
        return {}
    found = {}
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        is_workflow = entry.name.endswith((".yml", ".yaml")) and entry.is_file(follow_symlinks=False)
        if is_workflow and entry.stat().st_size <= _LARGEST_WORKFLOW:
            found[entry.name] = Path(entry.path).read_text(encoding="utf-8", errors="replace")
    return found


def _branch(place: _Place, repository: str | None, session: Session) -> Check:
    name, environ = "branch protection", session.settings.environ
    token = github_token(environ)
    if token is None:
        return not_checked(
            name, "there is no token to ask GitHub with", "set GITHUB_TOKEN, for example to $(gh auth token)"
        )
    found = _OF_ORIGIN.search(origin(place.root) or "")
    chosen = repository or environ.get("GITHUB_REPOSITORY") or (found[1] if found else "")
    if chosen.count("/") != 1:
        return not_checked(name, "the repository on GitHub is not known", "name it with --repository OWNER/NAME")
    branch = place.record.answers.branch if place.record else current_branch(place.root) or "main"
    try:
        github = GitHub(chosen, token, session.output.redactor, api_url=github_api_url(environ))
        return branch_check(branch, github.rules_of(branch))
    except LpcacError as error:
        return not_checked(name, str(error))


def _has_failed(checks: Sequence[Check]) -> bool:
    return any(each.status is Status.FAILED for each in checks)


def _row(check: Check) -> dict[str, str]:
    return {"check": check.name, "status": check.status.value, "found": check.found, "to_do": check.to_do}


def _text(checks: Sequence[Check]) -> str:
    width = max(len(mark) for mark in _MARKS.values())
    lines = [
        escaped(f"{_MARKS[each.status]:<{width}}  {each.name}: {each.found}{f' -> {each.to_do}' if each.to_do else ''}")
        for each in checks
    ]
    counts = [f"{sum(each.status is status for each in checks)} {status}" for status in Status]
    return "\n".join([*lines, ", ".join(counts)]) + "\n"
