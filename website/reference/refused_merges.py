"""What to do when a merge is refused because its review does not count."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lpcac.action.plan_record.encoding import Fault

_AGAIN = "Open a pull request that changes a file of the client (a comment is enough), so that its plan gets reviewed."
_RERUN = f"Before the merge, re-run the pull request's check. Afterwards: {_AGAIN[0].lower()}{_AGAIN[1:]}"
_APPROVE = "Have someone else with write permission approve the newest commit after its plan was shown; re-run the job."

TO_DO: Final[Mapping[Fault, str]] = MappingProxyType(
    {
        Fault.ABSENT: f"{_AGAIN} For an app's token, set `bot-login`. Direct pushes need `require_review: false`.",
        Fault.UNREADABLE: _RERUN,
        Fault.EDITED: _RERUN,
        Fault.OTHER_VERSION: "Use one commit of the action in all workflows, then re-run the pull request's check.",
        Fault.OTHER_REPOSITORY: _AGAIN,
        Fault.OTHER_PULL_REQUEST: _AGAIN,
        Fault.OTHER_COMMIT: f"Wait for the check of the newest commit before you merge. {_AGAIN}",
        Fault.LATE: _AGAIN,
        Fault.OTHER_SCOPE: "Use the same `scope` and `map` in the workflows for pull requests and merges.",
        Fault.NOT_APPROVED: _APPROVE,
        Fault.APPROVED_EARLY: _APPROVE,
        Fault.APPROVED_BY_AUTHOR: _APPROVE,
        Fault.APPROVED_WITHOUT_RIGHT: _APPROVE,
        Fault.APPROVED_OLDER_COMMIT: _APPROVE,
        Fault.UNDATED: _AGAIN,
        Fault.USED: _AGAIN,
        Fault.OTHER_TARGET: f"Correct what kept the target from being planned; the comment says it. {_AGAIN}",
        Fault.NOT_GENUINE: f"Use the same `signing-key` in all workflows. {_RERUN}",
        Fault.NO_KEY: "Set the secret that `signing-key` or `director-token` reads.",
    }
)


def refused_merges_page() -> str:
    """Return the page.

    Raises:
        LookupError: a reason lacks what to do.
    """
    if missing := [fault.name for fault in Fault if fault not in TO_DO]:
        message = f"website/reference/refused_merges.py says nothing of {', '.join(missing)}"
        raise LookupError(message)
    head = (
        "# Refused merges\n\nA merge applies only what a signed plan on its pull request shows. If that plan does not "
        "count, nothing is applied, the pull request says why, and the job exits with [4](exit-codes.md). Guards, such "
        "as the limit of deletes, are among the [refusals](codes.md#refusals).\n"
    )
    return "\n".join((head, *(_section(fault) for fault in Fault)))


def _section(fault: Fault) -> str:
    name = fault.name.lower().replace("_", "-")
    return f"## {name}\n\nThe reviewed plan {fault.value}.\n\n**What to do.** {TO_DO[fault]}\n"
