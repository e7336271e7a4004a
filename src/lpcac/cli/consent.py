"""Asks the user whether a Director that a map names may have what the map says."""

from __future__ import annotations

import sys
from dataclasses import replace

from lpcac.cli.session import Session
from lpcac.core.errors import RefusedError
from lpcac.reports.lines import warning_line
from lpcac.workspace.connections import ConnectionOptions, untrusted
from lpcac.workspace.scope import Scope
from lpcac.workspace.trust import Consent, read_trust, require_trust, trust_file, write_trust


def trusting(scope: Scope, session: Session, options: ConnectionOptions) -> ConnectionOptions:
    """Return the options with what the user trusts Directors with; on a terminal, ask for what is missing.

    Raises:
        RefusedError: something is missing, and nobody can be asked, or the answer is no.
        UsageError: the trust file cannot be read or written.
    """
    if not scope.directors:
        return options
    kept = read_trust(trust_file(session.settings), scope.map_folder)
    options = replace(options, trust=options.trust.with_more(kept.consents))
    missing = untrusted(scope, session.settings, options)
    if not missing:
        return options
    if not sys.stdin.isatty():
        require_trust(missing)
    agree(session, missing)
    return replace(options, trust=options.trust.with_more(missing))


def show_consents(session: Session, missing: list[Consent]) -> None:
    """Show what would be sent where."""
    for each in missing:
        if each.what.startswith("ca_bundle:"):
            session.output.say(f"{each.origin}: believe certificates of the map's CA bundle (SHA-256 {each.what[10:]})")
        else:
            session.output.say(f"{each.origin}: send it the value of {each.what}")


def agree(session: Session, missing: list[Consent]) -> None:
    """Ask for what is missing, and keep the answer.

    Raises:
        RefusedError: the answer is no.
    """
    session.output.say("The map names Directors that you have not trusted yet:")
    show_consents(session, missing)
    session.output.err.print("Type 'yes' to trust them from now on: ", end="")
    if sys.stdin.readline().strip() != "yes":
        message = "not trusted; nothing was sent"
        raise RefusedError(message)
    keep(session, missing)


def keep(session: Session, missing: list[Consent]) -> None:
    """Write what was agreed to into the trust file, where there is a place for it."""
    file = trust_file(session.settings)
    if file is None:
        session.output.say(warning_line("neither XDG_CONFIG_HOME nor HOME is set, so this is not remembered"))
        return
    write_trust(file, missing)
    session.output.say(f"written to {file}")
