"""What commands find in addition to errors in single resources: failing tests, broken rules, and lint."""

from __future__ import annotations

from collections.abc import Iterable

from lpcac.connectors.files.maps import load_map
from lpcac.connectors.files.samples import sample_of_work_tree
from lpcac.core.errors import InvalidConfigurationError
from lpcac.core.findings import Finding, Severity, errors_in, sorted_by_place
from lpcac.core.text.safe_text import escaped
from lpcac.directory_map.directory_map import DirectoryMap
from lpcac.kinds.registry import Registry
from lpcac.lint.live_names import live_names
from lpcac.planning.targets.planned_target import PlannedTarget
from lpcac.reports.lines import finding_line, warning_line
from lpcac.reports.output import Output
from lpcac.reports.pipeline_tests import results_text
from lpcac.workspace.check_rules import check_rules, rules_of_work_tree
from lpcac.workspace.lint_clients import lint_clients
from lpcac.workspace.run_pipeline_tests import run_client_tests, why_not_applied
from lpcac.workspace.scope import Scope


def broken_rules(scope: Scope, registry: Registry) -> tuple[Finding, ...]:
    """Return what breaks the rules of the map, and what is wrong with these."""
    directory_map = _map_of(scope, registry)
    if directory_map is None or not directory_map.rules:
        return ()
    return check_rules(scope.clients, registry, rules_of_work_tree(directory_map, scope.map_folder))


def require_passing_checks(scope: Scope, output: Output, registry: Registry) -> None:
    """Run the clients' pipeline tests, and check the clients against the map's rules.

    Raises:
        InvalidConfigurationError: a case fails, or a rule is broken; standard error says which.
    """
    report = run_client_tests(scope.clients, sample_of_work_tree)
    if report.failed:
        output.say(results_text(report))
    broken = errors_in(broken_rules(scope, registry))
    for finding in sorted_by_place(broken):
        output.say(finding_line(finding))
    if summary := why_not_applied(report, broken):
        raise InvalidConfigurationError(f"{summary}; nothing was applied")


def lint_findings(scope: Scope, registry: Registry) -> tuple[Finding, ...]:
    """Return what is valid but probably a mistake."""
    return lint_clients(scope.clients, registry, _map_of(scope, registry))


def say_odd(output: Output, scope: Scope, planned: Iterable[PlannedTarget], registry: Registry) -> None:
    """Say what lint finds, now that logpoints were read: what their own objects refer to is used."""
    found = lint_clients(scope.clients, registry, _map_of(scope, registry), live_names(planned, registry))
    for finding in found:
        if finding.severity is not Severity.NOTICE:
            where = f"{finding.position}: " if finding.position else ""
            output.say(escaped(f"{where}{warning_line(finding.message)} ({finding.code})"))


def _map_of(scope: Scope, registry: Registry) -> DirectoryMap | None:
    return load_map(scope.map_file, registry)[0] if scope.map_file else None
