"""The job summary of a run that ended before it was done."""

from __future__ import annotations

from lpcac.reports.markdown.blocks import page, prose

_LONGEST = 4_000


def stopped_page(reason: str) -> str:
    """Return the reason as Markdown for the run's page, because a line in the log is easy to miss."""
    return page(["### ❌ Stopped", prose(reason, _LONGEST)])
