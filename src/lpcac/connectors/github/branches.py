"""What GitHub requires before a branch changes: rulesets, and the older branch protection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from lpcac.connectors.github.transport.requests import BrokenAnswerError, Request
from lpcac.connectors.github.transport.retries import Calls


@dataclass(frozen=True)
class BranchRules:
    """The rules of a branch.

    Arguments:
        required_checks: names of the checks that must be green.
        needs_pull_request: whether changes come with pull requests only; `None` where the token may not know.
    """

    required_checks: frozenset[str]
    needs_pull_request: bool | None


def branch_rules(calls: Calls, repository_path: str, branch: str) -> BranchRules:
    """Return the rules of a branch.

    Source: GitHub's REST API, "Get rules for a branch" and "Get a branch". Only an administrator's token may read the
    older protection whole; of it, everybody sees the required checks.

    Raises:
        GitHubError: GitHub does not tell.
    """
    name = quote(branch, safe="")
    rules_request = Request(
        "read the rules of the branch", "GET", f"{repository_path}/rules/branches/{name}", {}, None, ("metadata: read",)
    )
    branch_request = Request(
        "read the branch", "GET", f"{repository_path}/branches/{name}", {}, None, ("contents: read",)
    )
    rules = list(calls.pages(rules_request, _rule))
    is_protected, old_checks = calls.ask(branch_request, _protection)
    checks = {check for _, found in rules for check in found} | old_checks
    needs_pull_request = any(kind == "pull_request" for kind, _ in rules)
    return BranchRules(frozenset(checks), needs_pull_request or (None if is_protected else False))


def _rule(raw: Any) -> tuple[str, frozenset[str]]:  # noqa: ANN401 - decoded JSON
    if not isinstance(raw["type"], str):
        raise BrokenAnswerError
    required = (raw.get("parameters") or {}).get("required_status_checks") or ()
    return raw["type"], frozenset(str(each["context"]) for each in required)


def _protection(raw: Any) -> tuple[bool, frozenset[str]]:  # noqa: ANN401 - decoded JSON
    required = (raw.get("protection") or {}).get("required_status_checks") or {}
    return bool(raw.get("protected")), frozenset(map(str, required.get("contexts") or ()))
