"""`lpcac lint`: what is valid but probably a mistake."""

from __future__ import annotations

from lpcac.cli.checks import broken_rules, lint_findings
from lpcac.cli.findings_output import show_findings
from lpcac.cli.session import start
from lpcac.core.errors import ExitCode
from lpcac.core.findings import sorted_by_place
from lpcac.models import registry
from lpcac.reports.findings import is_valid
from lpcac.workspace.load_scope import load_for_validation
from lpcac.workspace.scope import hide_secrets
from lpcac.workspace.target_options import TargetOptions


def lint(options: TargetOptions, output_format: str) -> ExitCode:
    """Write every finding of the map and its clients' files, what breaks a rule, and what is odd."""
    session = start()
    scope = load_for_validation(options, registry())
    hide_secrets(scope, session.settings, session.output.redactor)
    odd = (*broken_rules(scope, registry()), *lint_findings(scope, registry()))
    findings = sorted_by_place([*scope.all_findings, *odd])
    show_findings(session.output, findings, output_format)
    return ExitCode.OK if is_valid(findings) else ExitCode.INVALID
