"""What commands find beyond resources that are wrong by themselves: broken rules, and lint."""

from __future__ import annotations

from collections.abc import Iterable

from lpcac.connectors.files.maps import load_map
from lpcac.core.findings import Finding, Severity
from lpcac.core.safe_text import escaped
from lpcac.directory_map.directory_map import DirectoryMap
from lpcac.kinds.registry import Registry
from lpcac.lint.live_names import live_names
from lpcac.planning.targets.planned_target import PlannedTarget
from lpcac.reports.lines import warning_line
from lpcac.reports.output import Output
from lpcac.workspace.check_rules import check_rules, rules_of_work_tree
from lpcac.workspace.lint_clients import lint_clients
from lpcac.workspace.scope import Scope


def broken_rules(scope: Scope, registry: Registry) -> tuple[Finding, ...]:
    """Return what breaks the rules of the map, and what is wrong with these."""
    directory_map = _map_of(scope, registry)
    if directory_map is None or not directory_map.rules:
        return ()
    return check_rules(scope.clients, registry, rules_of_work_tree(directory_map, scope.map_folder))


def lint_findings(scope: Scope, registry: Registry) -> tuple[Finding, ...]:
    """Return what is valid and still hardly meant."""
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
