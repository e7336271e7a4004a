"""`lpcac init`: write what a repository needs to be kept with lpcac."""

from __future__ import annotations

import difflib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lpcac.cli.commands.installation.init_answers import FirstClient, InitOptions, ask_for_a_client, find_answers
from lpcac.cli.commands.installation.init_steps import Key, steps
from lpcac.cli.commands.live.sync import sync
from lpcac.cli.commands.offline.schema import schema_texts
from lpcac.cli.session import Session, start
from lpcac.connectors.files.maps import load_map
from lpcac.connectors.files.writer import write_edits
from lpcac.connectors.git.repository import NoRepositoryError, open_repository
from lpcac.connectors.git.work_tree import stage
from lpcac.core.environment import TOKEN_VARIABLE
from lpcac.core.errors import ExitCode, UsageError
from lpcac.core.files import FileEdit
from lpcac.core.text.safe_text import escaped, quoted_path
from lpcac.core.urls import origin_of
from lpcac.directory_map.directory_map import MAP_NAME
from lpcac.installation.answers import RECORD, Answers, Record
from lpcac.installation.decisions import Decision, Deed, decide, digests, regenerate
from lpcac.installation.files import SCHEMA_FOLDER, installation_files
from lpcac.models import registry
from lpcac.reports.wording import counted
from lpcac.sync.run import SyncChoice
from lpcac.workspace.connections import ConnectionOptions
from lpcac.workspace.target_options import TargetOptions
from lpcac.workspace.trust import Consent

_KEY_BYTES = 32


@dataclass(frozen=True)
class InitRun:
    """How to run, whatever the answers are.

    Arguments:
        check: write nothing.
        diff: show how files differ from what init would write.
        restores: write deleted files again.
        new_key: make a signing key although an earlier run made one.
    """

    check: bool = False
    diff: bool = False
    restores: bool = False
    new_key: bool = False


def init(
    folder: Path, options: InitOptions, run: InitRun, client: FirstClient | None, connection: ConnectionOptions
) -> ExitCode:
    """Set a repository up, or bring it up to date.

    Files that a person changed or deleted stay as they are. With `check`, nothing is written and nobody is asked for a
    client.

    Raises:
        UsageError: an option or the environment is unusable, or an answer is missing.
        NotWrittenError: a file cannot be written; then no file is.
    """
    session = start()
    _require_folder(folder)
    content = _content(folder, RECORD)
    before = Record.parse(content) if content is not None else None
    answers = find_answers(folder, options, before, session)
    decisions = _decisions(folder, answers, before, run)
    record = Record(answers, digests(decisions))
    is_changed = any(each.is_to_be_written for each in decisions.values()) or record != before
    if run.check:
        _report(session, decisions, run)
        return ExitCode.DIFFERENCES if is_changed else ExitCode.OK
    client = ask_for_a_client(session, client) if before is None else client
    _require_root(folder, client)
    edits = [FileEdit(_name(folder, d.path), d.before, d.wanted) for d in decisions.values() if d.is_to_be_written]
    if record != before:
        edits.append(FileEdit(_name(folder, RECORD), content, record.text().encode()))
    write_edits(edits)
    _report(session, decisions, run)
    code = ExitCode.OK
    written = [os.path.relpath(edit.name, folder) for edit in edits]
    if client:
        if before is None or options.director is not None:
            # What the user answered now, not what only a file says.
            consent = Consent(origin_of(answers.director), TOKEN_VARIABLE)
            connection = replace(connection, trust=connection.trust.with_more([consent]))
        code = _adopt(session, folder, client, connection, written)
    key = Key.of(session.settings.environ, is_first=before is None, is_new=run.new_key)
    session.output.result(
        steps(answers, key, _new_key() if key is Key.SHOWN else "", client, written, is_first=before is None)
    )
    return code


def _decisions(folder: Path, answers: Answers, before: Record | None, run: InitRun) -> dict[str, Decision]:
    written = before.files if before else {}
    found = {
        path: decide(path, _content(folder, path), text.encode(), written.get(path), restores=run.restores)
        for path, text in installation_files(answers).items()
    }
    for name, text in schema_texts().items():
        path = f"{SCHEMA_FOLDER}/{name}"
        found[path] = regenerate(path, _content(folder, path), text.encode())
    return found


def _report(session: Session, decisions: Mapping[str, Decision], run: InitRun) -> None:
    """Say what becomes of each file; the schemas are counted."""
    schemas = [each for each in decisions.values() if each.path.startswith(SCHEMA_FOLDER)]
    for each in decisions.values():
        is_shown = each not in schemas or each.deed in (Deed.KEEP, Deed.LEAVE_OUT)
        if is_shown:
            session.output.say(escaped(f"{_words(each, run)}  {each.path}{_reason(each)}"))
        if run.diff and is_shown and _has_difference(each):
            session.output.say(_difference(each))
    if changed := len(schemas := [each for each in schemas if each.is_to_be_written]):
        session.output.say(f"{_words(schemas[0], run)}  {SCHEMA_FOLDER} ({counted(changed, 'schema')})")


def _words(decision: Decision, run: InitRun) -> str:
    if decision.is_to_be_written:
        verbs = {Deed.WRITE: ("wrote", "would write"), Deed.UPDATE: ("updated", "would update")}
        return f"{verbs[decision.deed][run.check]:<12}"
    return {Deed.KEEP: "kept", Deed.LEAVE_OUT: "left out", Deed.UNCHANGED: "unchanged"}[decision.deed].ljust(12)


def _reason(decision: Decision) -> str:
    if decision.deed is Deed.LEAVE_OUT:
        return ": it was deleted (--restore writes it again)"
    if decision.deed is not Deed.KEEP:
        return ""
    return (
        ": it is yours" if decision.path == MAP_NAME else ": it differs from what init would write (--diff shows how)"
    )


def _has_difference(decision: Decision) -> bool:
    """Tell whether to show one; init never proposes a map without clients for one that has them."""
    is_known = decision.before is not None and decision.deed in (Deed.KEEP, Deed.UPDATE)
    return is_known and decision.path != MAP_NAME


def _difference(decision: Decision) -> str:
    before = (decision.before or b"").decode(errors="replace").splitlines()
    wanted = decision.wanted.decode().splitlines()
    names = (decision.path, f"{decision.path} (lpcac init)")
    return "\n".join(escaped(line) for line in difflib.unified_diff(before, wanted, *names, lineterm=""))


def _adopt(
    session: Session,
    folder: Path,
    client: FirstClient,
    connection: ConnectionOptions,
    written: list[str],
) -> ExitCode:
    """Add a live client to the map and write its objects; what init wrote is staged first, without the client.

    The first commit must hold the map without clients: a Director that comes with a pull request is not contacted.
    """
    map_file = folder / MAP_NAME
    found, _ = load_map(map_file, registry())
    if found and any(each.name == client.name for each in found.clients):
        session.output.say(f"{client.name} is in the map already: lpcac sync --map {map_file} --client {client.name}")
        return ExitCode.OK
    if written:
        stage(folder, written)
    # As `lpcac sync --map --pool` does it.
    target = TargetOptions((), client.pool, (client.logpoint or "*",), str(map_file), (client.name,))
    return sync(target, connection, "text", SyncChoice(), is_check=False)


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        message = f"{quoted_path(str(folder))} is not a folder: name the repository's"
        raise UsageError(message)


def _require_root(folder: Path, client: FirstClient | None) -> None:
    """Do nothing for the root of a repository, or for a folder outside of any.

    Raises:
        UsageError: GitHub reads workflows in the root only; or a client is adopted, which stages files, outside of one.
    """
    try:
        root = open_repository(folder).root
    except NoRepositoryError:
        if client:
            message = f"{quoted_path(str(folder))} is not in a Git repository, which --client needs: run git init first"
            raise UsageError(message) from None
        return
    if root.resolve() != folder.resolve():
        message = (
            f"{quoted_path(str(folder))} is not the root of its repository, where GitHub reads workflows: name {root}"
        )
        raise UsageError(message)


def _content(folder: Path, path: str) -> bytes | None:
    """Return a file's content; `None` if there is none, which a link or folder in its place is not."""
    name = _name(folder, path)
    if not os.path.lexists(name):
        return None
    if os.path.islink(name) or not os.path.isfile(name):
        message = f"{quoted_path(name)} is not a regular file: move it elsewhere"
        raise UsageError(message)
    try:
        return Path(name).read_bytes()
    except OSError as error:
        message = f"cannot read {quoted_path(name)} ({error.strerror})"
        raise UsageError(message) from None


def _name(folder: Path, path: str) -> str:
    return os.path.join(folder, *path.split("/"))


def _new_key() -> str:
    return secrets.token_urlsafe(_KEY_BYTES)
