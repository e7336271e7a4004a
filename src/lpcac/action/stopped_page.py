"""The job summary of a run that ended before it was done."""

from __future__ import annotations

from lpcac.reports.markdown.blocks import page, prose

_LONGEST = 4_000


def stopped_page(reason: str) -> str:
    """Return what people are told on the run's page, where a line in the log is easily missed."""
    return page(["### ❌ Stopped", prose(reason, _LONGEST)])
