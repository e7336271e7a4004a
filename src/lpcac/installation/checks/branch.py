"""Checks that the default branch lets nothing in that was not planned and reviewed."""

from __future__ import annotations

from lpcac.connectors.github.branches import BranchRules
from lpcac.core.text.enumeration import listed
from lpcac.installation.checks.check import Check, ok, warned

PLAN_CHECK = "lpcac plan"
_NAME = "branch protection"


def branch_check(branch: str, rules: BranchRules) -> Check:
    """Return what was found of the branch's rules."""
    missing = []
    if PLAN_CHECK not in rules.required_checks:
        missing.append(f'the check "{PLAN_CHECK}"')
    if rules.needs_pull_request is False:
        missing.append("a pull request")
    if missing:
        to_do = f"add a rule for {branch} that requires a pull request, a review and the check"
        return warned(_NAME, f"{branch} does not require {listed(missing)}", to_do)
    if rules.needs_pull_request is None:
        return ok(
            _NAME, f'{branch} requires the check "{PLAN_CHECK}"; the token may not read whether it requires reviews'
        )
    return ok(_NAME, f'{branch} requires a pull request and the check "{PLAN_CHECK}"')
