"""`lpcac lint`: what is valid and still is hardly meant."""

from __future__ import annotations

from lpcac.cli.session import by_place, start
from lpcac.connectors.files.maps import load_map
from lpcac.core.errors import ExitCode
from lpcac.models import registry
from lpcac.reports.findings import findings_github, findings_json, findings_sarif, findings_text, is_valid
from lpcac.workspace.lint_clients import lint_clients
from lpcac.workspace.load_scope import load_for_validation
from lpcac.workspace.scope import hide_secrets
from lpcac.workspace.target_options import TargetOptions

_FORMATS = {"text": findings_text, "json": findings_json, "github": findings_github, "sarif": findings_sarif}


def lint(options: TargetOptions, output_format: str) -> ExitCode:
    """Write every finding of the map and its clients' files, and what is odd about what they declare."""
    session = start()
    scope = load_for_validation(options, registry())
    hide_secrets(scope, session.settings, session.output.redactor)
    directory_map = load_map(scope.map_file, registry())[0] if scope.map_file else None
    odd = lint_clients(scope.clients, registry(), directory_map)
    findings = by_place([*scope.all_findings, *odd])
    session.output.result(_FORMATS[output_format](findings))
    return ExitCode.OK if is_valid(findings) else ExitCode.INVALID
