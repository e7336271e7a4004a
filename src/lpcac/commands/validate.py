"""`lpcac validate`."""

from __future__ import annotations

from lpcac.commands.session import by_place, start
from lpcac.errors import ExitCode
from lpcac.models import registry
from lpcac.render.findings import findings_github, findings_json, findings_sarif, findings_text, is_valid
from lpcac.scope import hide_secrets, load_for_validation
from lpcac.target_options import TargetOptions

_FORMATS = {"text": findings_text, "json": findings_json, "github": findings_github, "sarif": findings_sarif}


def validate(options: TargetOptions, output_format: str) -> ExitCode:
    """Write every finding of the map and its clients' files."""
    session = start()
    scope = load_for_validation(options, registry())
    hide_secrets(scope, session.settings, session.output.redactor)
    findings = by_place(scope.all_findings)
    session.output.result(_FORMATS[output_format](findings))
    return ExitCode.OK if is_valid(findings) else ExitCode.INVALID
