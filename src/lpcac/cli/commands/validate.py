"""`lpcac validate`."""

from __future__ import annotations

from lpcac.cli.checks import broken_rules
from lpcac.cli.session import start
from lpcac.core.errors import ExitCode
from lpcac.core.findings import sorted_by_place
from lpcac.models import registry
from lpcac.reports.findings import findings_github, findings_json, findings_sarif, findings_text, is_valid
from lpcac.workspace.load_scope import load_for_validation
from lpcac.workspace.scope import hide_secrets
from lpcac.workspace.target_options import TargetOptions

_FORMATS = {"text": findings_text, "json": findings_json, "github": findings_github, "sarif": findings_sarif}


def validate(options: TargetOptions, output_format: str) -> ExitCode:
    """Show every finding in the map and its clients' files, and what breaks a rule of the map."""
    session = start()
    scope = load_for_validation(options, registry())
    hide_secrets(scope, session.settings, session.output.redactor)
    findings = sorted_by_place([*scope.all_findings, *broken_rules(scope, registry())])
    session.output.result(_FORMATS[output_format](findings))
    return ExitCode.OK if is_valid(findings) else ExitCode.INVALID
