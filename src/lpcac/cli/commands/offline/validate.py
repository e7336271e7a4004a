"""`lpcac validate`."""

from __future__ import annotations

from lpcac.cli.checks import broken_rules
from lpcac.cli.findings_output import checked_resources, show_findings
from lpcac.cli.session import start
from lpcac.core.errors import ExitCode
from lpcac.core.findings import sorted_by_place
from lpcac.models import registry
from lpcac.reports.findings import is_valid
from lpcac.workspace.load_scope import load_for_validation
from lpcac.workspace.scope import hide_secrets
from lpcac.workspace.target_options import TargetOptions


def validate(options: TargetOptions, output_format: str) -> ExitCode:
    """Show every finding in the map and its clients' files, and what breaks a rule of the map."""
    session = start()
    scope = load_for_validation(options, registry())
    hide_secrets(scope, session.settings, session.output.redactor)
    findings = sorted_by_place([*scope.all_findings, *broken_rules(scope, registry())])
    show_findings(session.output, findings, output_format, checked_resources(scope))
    return ExitCode.OK if is_valid(findings) else ExitCode.INVALID
