"""`lpcac trust`."""

from __future__ import annotations

import sys

from lpcac.cli.consent import agree, keep, show_consents
from lpcac.cli.session import require_sound_map, start
from lpcac.core.errors import ExitCode, RefusedError
from lpcac.models import registry
from lpcac.workspace.connections import ConnectionOptions, untrusted
from lpcac.workspace.load_scope import load_scope
from lpcac.workspace.target_options import TargetOptions
from lpcac.workspace.trust import read_trust, trust_file


def trust(options: TargetOptions, *, auto_approve: bool) -> ExitCode:
    """Show what the map's Directors would get, ask, and write it into the user's trust file.

    Raises:
        RefusedError: nobody can be asked, or the answer is no.
    """
    session = start()
    scope = load_scope(options, registry(), may_be_new=True)
    require_sound_map(scope, session.output)
    kept = read_trust(trust_file(session.settings), scope.map_folder)
    missing = untrusted(scope, session.settings, ConnectionOptions(trust=kept))
    if not missing:
        session.output.say("Every Director of the map is trusted with what the map says.")
    elif auto_approve:
        show_consents(session, missing)
        keep(session, missing)
    elif sys.stdin.isatty():
        agree(session, missing)
    else:
        show_consents(session, missing)
        message = "nobody can be asked here, so nothing was written: check the addresses and add --auto-approve"
        raise RefusedError(message)
    return ExitCode.OK
