"""The night in the job summary: how many clients drifted, what was done about it, and what nobody knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lpcac.engine.drift_issue import Night, Step
from lpcac.render.inert_markdown import bullets, code, page, prose, table
from lpcac.render.markdown import drift_markdown
from lpcac.render.markdown_changes import capped, target_code
from lpcac.render.size_ladder import size
from lpcac.render.wording import counted

_LISTED = 200


def night_page(
    nights: Sequence[Night],
    steps: Mapping[str, Step],
    held_back: Sequence[str],
    problems: Sequence[str],
    *,
    commit: str,
    room: int,
) -> str:
    """Return what the night found and did, in at most `room` bytes.

    Arguments:
        steps: what was done to each client's issue.
        held_back: clients whose issue was not opened yet.
        problems: what could not be told on GitHub.
    """
    clean = sum(night.is_clean and night.is_complete for night in nights)
    blocks = [f"Default branch at {code(commit[:12])}: {clean} of {counted(len(nights), 'client')} as declared."]
    if steps:
        rows = [(code(client, in_table=True), step.value) for client, step in list(steps.items())[:_LISTED]]
        blocks += ["#### Issues", table(("Client", "Issue"), rows)]
    if held_back:
        names = capped((code(name) for name in held_back), _LISTED, "clients")
        blocks += [
            "#### Held back",
            f"{counted(len(held_back), 'issue')} not opened, so that not all come at once (input `max-issues`):",
            bullets(names),
        ]
    if lost := [each for night in nights for each in night.lost]:
        lines = capped((target_code(each.target) for each in lost), _LISTED, "targets")
        blocks += ["#### Merged, and never applied", bullets(lines)]
    if reasons := [reason for night in nights for reason in night.unchecked]:
        blocks += [
            "#### Could not be checked",
            bullets(capped((prose(reason) for reason in reasons), _LISTED, "reasons")),
        ]
    if problems:
        blocks += [
            "#### Could not be told",
            bullets(capped((prose(problem) for problem in problems), _LISTED, "lines")),
        ]
    drifts = [drift for night in nights for drift in night.drifts if drift.not_checked is None]
    told = drift_markdown(drifts, budget=max(0, room - size(page(blocks)) - 2))
    verdict, _, rest = told.partition("\n\n")
    return page([verdict.strip(), *blocks, rest.strip()])
